"""How long are idempotency records kept? For a number of days; a daily task purges older ones."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Table, delete, select, tuple_

from servicekit.process.daily_task import run_daily
from servicekit.storage.database import Database

# Rows deleted in one transaction, so that other writers need not wait long.
_BATCH = 1000


def purge_records_daily(
    database: Database, records: Table, retention_days: int
) -> AbstractAsyncContextManager[None]:
    """Purge idempotency records in the background while the block runs: immediately, then daily."""

    async def purge_expired() -> int:
        completed_before = datetime.now(UTC) - timedelta(days=retention_days)
        return await purge(database, records.c.completed_at, completed_before)

    return run_daily(
        purge_expired, done="idempotency_records_purged", failed="idempotency_purge_failed"
    )


async def purge(database: Database, time: Column[datetime], before: datetime) -> int:
    """Delete the rows whose time is before another and return how many there were.

    Works in batches, each in a transaction of its own; may be interrupted and repeated.
    """
    key = tuple_(*time.table.primary_key.columns)
    expired = select(*time.table.primary_key.columns).where(time < before)
    purged = 0
    while True:
        async with database.begin() as transaction:
            result = await transaction.execute(
                delete(time.table).where(key.in_(expired.limit(_BATCH)))
            )
        purged += result.rowcount
        if result.rowcount < _BATCH:
            return purged
