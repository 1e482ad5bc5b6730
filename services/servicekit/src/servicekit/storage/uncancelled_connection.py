"""What happens to a database statement when its call is cancelled? It finishes first.

A statement runs in the driver's thread and cannot be interrupted. If the cancellation of its call
(the client disconnected, the deadline passed) took effect immediately, the statement would go on
without SQLAlchemy, which would lose a connection in the middle of a write transaction: a SQLite
file would then stay locked for every other writer.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")


async def finish_before_cancellation(work: Awaitable[T]) -> T:
    """Await the work until it is done, and only then raise a cancellation requested meanwhile."""
    task = asyncio.ensure_future(work)
    interrupted: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as cancelled:
            interrupted = cancelled
    if interrupted is not None:
        task.exception()  # retrieved, so that asyncio does not log it: nobody awaits the result
        raise interrupted
    return task.result()


class UncancelledConnection(AsyncConnection):
    """An AsyncConnection that finishes a statement before it lets a cancellation take effect."""

    async def start(self, is_ctxmanager: bool = False) -> AsyncConnection:
        """Check a connection out of the pool."""
        return await finish_before_cancellation(super().start(is_ctxmanager))

    async def execute(self, *arguments: Any, **options: Any) -> Any:
        """Execute one statement."""
        return await finish_before_cancellation(super().execute(*arguments, **options))

    async def run_sync(self, *arguments: Any, **options: Any) -> Any:
        """Run a synchronous function that uses the connection."""
        return await finish_before_cancellation(super().run_sync(*arguments, **options))

    async def commit(self) -> None:
        """Commit; once begun it completes, even if the call was cancelled meanwhile."""
        await finish_before_cancellation(super().commit())

    async def close(self) -> None:
        """Return the connection to the pool; what is not committed is rolled back."""
        if self.sync_connection is not None:
            await finish_before_cancellation(super().close())
