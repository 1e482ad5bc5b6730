"""How is old data removed? By a task that runs at once and then daily, beside everything else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from servicekit.errors import DatabaseFailure

_log = structlog.get_logger(__name__)

_DAY_SECONDS = 86400.0


@asynccontextmanager
async def run_daily(
    work: Callable[[], Awaitable[int]], *, done: str, failed: str
) -> AsyncIterator[None]:
    """Do the work in the background while the block runs: immediately, then daily.

    work: returns how many records it has removed. It may be interrupted, and is tried again the
    next day when the database fails. done, failed: events of the log.
    """
    task = asyncio.create_task(_run(work, done, failed))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _run(work: Callable[[], Awaitable[int]], done: str, failed: str) -> None:
    while True:
        try:
            _log.info(done, count=await work())
        except (SQLAlchemyError, DatabaseFailure) as error:
            _log.warning(failed, error=type(error).__name__)
        await asyncio.sleep(_DAY_SECONDS)
