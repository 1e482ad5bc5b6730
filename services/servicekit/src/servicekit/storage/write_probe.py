"""Can the database be written? After a failure this is tried until it succeeds, for the health."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import Column, LargeBinary, MetaData, Table, insert
from sqlalchemy.exc import SQLAlchemyError

from servicekit.errors import DatabaseFailure
from servicekit.storage.database import Database

_log = structlog.get_logger(__name__)

# As much as a large request stores, so that a disk with a few free blocks counts as full.
_CONTENT = bytes(1024 * 1024)
_INTERVAL_SECONDS = 1.0

# Exists only while it is tried to write: the first transaction makes it, the second drops it.
_PROBE = Table("write_probe", MetaData(), Column("content", LargeBinary))


@asynccontextmanager
async def report_writability(
    database: Database, report: Callable[[bool], Awaitable[None]]
) -> AsyncIterator[None]:
    """While the block runs, report whether writes are possible: False, and later True again.

    Nothing is written as long as no transaction fails.
    """
    task = asyncio.create_task(_report(database, report))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _report(database: Database, report: Callable[[bool], Awaitable[None]]) -> None:
    while True:
        await database.failed.wait()
        while reason := await _why_not_writable(database):
            _log.warning("database_not_writable", reason=reason)
            await report(False)
            await asyncio.sleep(_INTERVAL_SECONDS)
        database.failed.clear()
        await report(True)


async def _why_not_writable(database: Database) -> str | None:
    """Return the reason, or None if a transaction that writes much succeeds."""
    try:
        async with database.begin() as transaction:
            await transaction.run_sync(_PROBE.metadata.create_all)
            await transaction.execute(insert(_PROBE).values(content=_CONTENT))
        async with database.begin() as transaction:
            await transaction.run_sync(_PROBE.metadata.drop_all)
    except DatabaseFailure as failure:
        return failure.reason
    except (SQLAlchemyError, OSError) as error:
        return type(error).__name__
    return None
