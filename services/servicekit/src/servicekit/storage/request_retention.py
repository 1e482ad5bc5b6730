"""Answered requests are kept for a while, not for ever."""

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
# Rows a transaction: others get their turn in between.
_BATCH = 1000


@asynccontextmanager
async def forgetting_requests(
    database: Database, requests: Table, days: int
) -> AsyncIterator[None]:
    """Within the block, forget requests answered more than ``days`` ago: at once and then daily."""
    task = asyncio.create_task(_daily(database, requests, timedelta(days=days)))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def forget_requests(database: Database, requests: Table, before: datetime) -> int:
    """Forget the requests answered before a moment; answers how many. Repeatable at any point."""
    key = tuple_(*requests.primary_key.columns)
    old = select(*requests.primary_key.columns).where(requests.c.answered_at < before)
    forgotten = 0
    while True:
        async with database.begin() as transaction:
            result = await transaction.execute(delete(requests).where(key.in_(old.limit(_BATCH))))
        forgotten += result.rowcount
        if result.rowcount < _BATCH:
            return forgotten


async def _daily(database: Database, requests: Table, keep: timedelta) -> None:
    while True:
        try:
            forgotten = await forget_requests(database, requests, datetime.now(UTC) - keep)
            _log.info("requests_forgotten", count=forgotten)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("requests_not_forgotten", error=type(error).__name__)
        await asyncio.sleep(_DAY.total_seconds())
