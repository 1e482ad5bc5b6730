"""The channels to the printers of all offices, which follow the offices' addresses."""

import asyncio
from collections.abc import Callable, Iterator, Mapping

import grpc


class PrinterChannels(Mapping[str, grpc.aio.Channel]):
    """An open channel for each office that has a printer, by office.

    open_channel: opens one to the printer of an office at a host:port. grace: how long calls in
    progress may take to end when their office is removed or its printer moves, seconds of real
    time.
    """

    def __init__(self, open_channel: Callable[[str, str], grpc.aio.Channel], grace: float) -> None:
        self._open_channel = open_channel
        self._grace = grace
        self._channels: dict[str, tuple[str, grpc.aio.Channel]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def __getitem__(self, office: str) -> grpc.aio.Channel:
        return self._channels[office][1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)

    def address(self, office: str) -> str:
        """Return the host:port that is called for an office, "" for none."""
        return self._channels[office][0] if office in self._channels else ""

    def follow(self, addresses: Mapping[str, str]) -> None:
        """Have a channel to exactly these addresses, by office. Must be called in an event loop."""
        for office, (address, channel) in list(self._channels.items()):
            if addresses.get(office) != address:
                del self._channels[office]
                closing = asyncio.create_task(channel.close(self._grace))
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
        for office, address in addresses.items():
            if office not in self._channels:
                self._channels[office] = (address, self._open_channel(office, address))

    async def close(self) -> None:
        """Close all channels; calls in progress on them are cancelled."""
        for closing in self._closing:
            closing.cancel()
        channels = [channel for _, channel in self._channels.values()]
        self._channels.clear()
        await asyncio.gather(*(channel.close() for channel in channels))
