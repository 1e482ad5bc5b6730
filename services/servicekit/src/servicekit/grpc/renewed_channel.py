"""How does a client present a renewed certificate? Its next calls go through another channel.

gRPC reads the files of a client only when a channel is opened.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import grpc

from servicekit.security.reloaded_files import ReloadedFiles
from servicekit.security.tls import TlsFiles

# For calls in progress on the previous channel. Servers end streams, and clients resume them,
# sooner than that.
_GRACE_SECONDS = 3600.0


class RenewedChannel(grpc.aio.Channel):
    """A channel for calls of every kind that is opened again when the certificate's files change.

    open_channel: opens one with the files as they are; raises OSError or ValueError, whereupon the
    previous one remains in use.
    """

    def __init__(self, open_channel: Callable[[], grpc.aio.Channel], tls: TlsFiles) -> None:
        self._latest = ReloadedFiles(lambda *_: open_channel(), *tls.paths)
        self._in_use = self._latest.current()
        self._closing: set[asyncio.Task[None]] = set()

    def unary_unary(self, *args: Any, **options: Any) -> Any:
        """Return a callable for a method, as the generated stubs need it."""
        return lambda *call, **of: self._current().unary_unary(*args, **options)(*call, **of)

    def unary_stream(self, *args: Any, **options: Any) -> Any:
        """Return a callable for a method with a response stream."""
        return lambda *call, **of: self._current().unary_stream(*args, **options)(*call, **of)

    def stream_unary(self, *args: Any, **options: Any) -> Any:
        """Return a callable for a method with a request stream."""
        return lambda *call, **of: self._current().stream_unary(*args, **options)(*call, **of)

    def stream_stream(self, *args: Any, **options: Any) -> Any:
        """Return a callable for a method with streams both ways."""
        return lambda *call, **of: self._current().stream_stream(*args, **options)(*call, **of)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """Return the connectivity of the channel in use."""
        return self._in_use.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Wait until the connectivity of the channel in use is another one."""
        await self._in_use.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Wait until the channel in use is connected."""
        await self._in_use.channel_ready()

    async def close(self, grace: float | None = None) -> None:
        """Close the channel; calls in progress have ``grace`` seconds to end."""
        for closing in self._closing:
            closing.cancel()
        await self._in_use.close(grace)

    async def __aenter__(self) -> "RenewedChannel":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _current(self) -> grpc.aio.Channel:
        latest = self._latest.current()
        if latest is not self._in_use:
            closing = asyncio.create_task(self._in_use.close(_GRACE_SECONDS))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self._in_use = latest
        return latest
