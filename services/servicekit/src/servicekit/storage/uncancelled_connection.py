"""A connection that lets itself be cancelled only between statements.

A statement runs in the driver's thread and cannot be called back. Were its caller's cancellation
(a client that hung up, a deadline) let through at once, the statement would go on behind the back
of SQLAlchemy, which would lose a connection in the middle of a write transaction: a SQLite file
then stays locked for everybody.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")


async def finish_before_cancellation(work: Awaitable[T]) -> T:
    """Await the work to its end, and only then be cancelled, if that was asked meanwhile."""
    task = asyncio.ensure_future(work)
    interrupted: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as cancelled:
            interrupted = cancelled
    if interrupted is not None:
        task.exception()  # whatever came of it, nobody waits for it any more
        raise interrupted
    return task.result()


class UncancelledConnection(AsyncConnection):
    """Finishes what it has begun; everything else as its parent."""

    async def start(self, is_ctxmanager: bool = False) -> AsyncConnection:
        """Take a connection from the pool."""
        return await finish_before_cancellation(super().start(is_ctxmanager))

    async def execute(self, *arguments: Any, **options: Any) -> Any:
        """Run one statement."""
        return await finish_before_cancellation(super().execute(*arguments, **options))

    async def run_sync(self, *arguments: Any, **options: Any) -> Any:
        """Run a function that uses the connection."""
        return await finish_before_cancellation(super().run_sync(*arguments, **options))

    async def commit(self) -> None:
        """Commit; once begun it is done, even if the caller never learns of it."""
        await finish_before_cancellation(super().commit())

    async def close(self) -> None:
        """Give the connection back; what is not committed is rolled back."""
        if self.sync_connection is not None:
            await finish_before_cancellation(super().close())
