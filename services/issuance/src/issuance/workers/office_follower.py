"""How this process follows offices that are added, changed and removed, here or by a replica."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from issuance.store.records import Store
from issuance.use_cases.office_directory import OfficeDirectory

Connect = Callable[[Mapping[str, str]], None]
"""Opens and closes channels, so that there is one to each of these addresses, by office."""
Listen = Callable[[str], Awaitable[None]]
"""Records what the printer of an office reports, until cancelled."""


class OfficeFollower:
    """Keeps the directory, the channels to printers and their listeners as the database says."""

    def __init__(
        self, offices: OfficeDirectory, store: Store, connect: Connect, listen: Listen
    ) -> None:
        self._offices = offices
        self._store = store
        self._connect = connect
        self._listen = listen
        self._listeners: dict[str, tuple[str, asyncio.Future[None]]] = {}

    async def __call__(self) -> None:
        """Take over what has changed since the last call, if anything."""
        async with self._store.read() as records:
            await self._offices.refresh(records)
        addresses = self._offices.printers()
        self._connect(addresses)
        for office, (address, listener) in list(self._listeners.items()):
            if addresses.get(office) != address:
                del self._listeners[office]
                await _cancel(listener)
        for office, address in addresses.items():
            if office not in self._listeners:
                listener = asyncio.ensure_future(self._listen(office))
                self._listeners[office] = (address, listener)

    async def stop(self) -> None:
        """Listen to no printer any more."""
        listeners = [listener for _, listener in self._listeners.values()]
        self._listeners.clear()
        await _cancel(*listeners)


async def _cancel(*listeners: asyncio.Future[None]) -> None:
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
