"""How long are idempotency records kept? For a number of days; a daily task purges older ones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Table, delete, select, tuple_
from sqlalchemy.exc import SQLAlchemyError

from servicekit.storage.database import Database

_log = structlog.get_logger(__name__)

_DAY = timedelta(days=1)
# Rows deleted in one transaction, so that other writers need not wait long.
_BATCH = 1000


@asynccontextmanager
async def purge_records_daily(
    database: Database, records: Table, retention_days: int
) -> AsyncIterator[None]:
    """Purge idempotency records in the background while the block runs: immediately, then daily."""
    task = asyncio.create_task(_purge_daily(database, records, timedelta(days=retention_days)))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def purge_records(database: Database, records: Table, before: datetime) -> int:
    """Delete the idempotency records completed before a time and return how many there were.

    Works in batches, each in a transaction of its own; may be interrupted and repeated.
    """
    key = tuple_(*records.primary_key.columns)
    expired = select(*records.primary_key.columns).where(records.c.completed_at < before)
    purged = 0
    while True:
        async with database.begin() as transaction:
            result = await transaction.execute(
                delete(records).where(key.in_(expired.limit(_BATCH)))
            )
        purged += result.rowcount
        if result.rowcount < _BATCH:
            return purged


async def _purge_daily(database: Database, records: Table, retention: timedelta) -> None:
    while True:
        try:
            purged = await purge_records(database, records, datetime.now(UTC) - retention)
            _log.info("idempotency_records_purged", count=purged)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("idempotency_purge_failed", error=type(error).__name__)
        await asyncio.sleep(_DAY.total_seconds())
