"""An event loop whose time jumps to the next timer, and SQLite without threads beside it.

So hours of a service pass in the processor time of its own work. Work of the database takes no
virtual time.
"""

import asyncio
import selectors
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from aiosqlite import Connection


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Runs what is due and then jumps; nothing outside of it is waited for."""

    def __init__(self) -> None:
        self.seconds = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        """Return the virtual time, seconds since the loop was made."""
        return self.seconds


class _Jumping(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("everything waits for something that will never happen")
        self._loop.seconds += max(0.0, timeout)
        return super().select(0)


@contextmanager
def sqlite_without_threads() -> Iterator[None]:
    """While the block runs, let new connections do their work at once, in the caller's thread."""
    with patch.object(Connection, "__await__", _connect):
        yield


def _connect(self: Any) -> Generator[Any, None, Any]:
    self._tx = _AtOnce()
    yield from self._connect().__await__()
    return self


class _AtOnce:
    """Stands for the queue of a connection's thread."""

    def put_nowait(self, item: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, call = item
        try:
            result = call()
        except Exception as error:
            if future:
                future.set_exception(error)
        else:
            if future:
                future.set_result(result)
