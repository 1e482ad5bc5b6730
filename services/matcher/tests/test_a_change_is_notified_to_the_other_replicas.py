"""Replicas follow a change at once, since they are notified of it; if they are not, they poll."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.store.change_log import CHANGES_CHANNEL
from matcher.use_cases.readiness import Readiness
from matcher.use_cases.supervise_index import SuperviseIndex
from servicekit.storage.notifications import notifications
from sqlalchemy import text

from services.databases import SERVER

from .store_and_index import enrol, opened

pytestmark = pytest.mark.skipif(not SERVER, reason="a SQLite file belongs to one process")

NEVER = 3600.0


@asynccontextmanager
async def _following(base: StoreAndIndex, interval_seconds: float) -> AsyncIterator[None]:
    """Follow the log as the service does. interval_seconds: between polls."""
    supervise = SuperviseIndex(base.store, base.index, Readiness())
    async with notifications(base.database, CHANGES_CHANNEL) as changed:
        await supervise.check()
        await asyncio.wait_for(changed.wait(), 20)  # it listens
        tasks = [
            asyncio.create_task(supervise.run(interval_seconds)),
            asyncio.create_task(supervise.follow(changed)),
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _applied(base: StoreAndIndex, number: int) -> None:
    """Wait until the index holds a change, without making it follow the log."""
    async with asyncio.timeout(60):
        while base.index.state().applied_change < number:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.005)


async def _cut_listeners(base: StoreAndIndex) -> int:
    """End the connections on which this database's replicas listen; return how many there were."""
    ended = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND query ~ '^(LISTEN|SELECT 1$)' AND state = 'idle'"
    )
    async with base.database.begin() as connection:
        return int(await connection.scalar(ended) or 0)


async def test_who_only_listens_sees_what_the_others_commit(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        here, there = [await stack.enter_async_context(opened(tmp_path)) for _ in range(2)]
        await stack.enter_async_context(_following(there, NEVER))

        for person in (1, 2, 3):
            await enrol(here, person)
            await _applied(there, person)


async def test_who_lost_its_connection_polls_and_listens_again(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        here, there, third = [await stack.enter_async_context(opened(tmp_path)) for _ in range(3)]
        await stack.enter_async_context(_following(there, 0.05))
        await stack.enter_async_context(_following(third, NEVER))

        assert await _cut_listeners(here) >= 2
        await enrol(here, 1)

        await _applied(there, 1)
        await _applied(third, 1)
        await enrol(here, 2)
        await _applied(third, 2)
