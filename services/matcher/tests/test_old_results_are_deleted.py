"""The runner of operations deletes results whose time is over, and stores how much is done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from matcher.domain.errors import OperationNotFound
from matcher.domain.operation import OperationLimits, OperationState
from matcher.store.store import Store
from matcher.use_cases.readiness import Readiness
from matcher.use_cases.run_operations import OperationMethod, OperationRunner, RunningOperation

from .store_and_index import opened
from .stored_operations import ORIGIN, lease, start

NOON = datetime(2018, 10, 26, 12, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as base:
        yield base.store


async def finish(store: Store, name: str, at: datetime) -> None:
    await start(store, name, at)
    leased = await lease(store, "other replica", at)
    assert leased
    async with store.write() as records:
        await records.operations.finish(leased, OperationState.SUCCEEDED, b"result", at)


async def run_until_reported(store: Store, share: float) -> None:
    """Let a runner that keeps results for a day work at noon of the next day, until a report."""
    reported = asyncio.Event()

    async def work(operation: RunningOperation) -> None:
        await operation.report_progress(share)
        reported.set()
        await asyncio.Event().wait()

    runner = OperationRunner(
        store,
        {ORIGIN.method: OperationMethod(work)},
        readiness=Readiness(),
        replica="this replica",
        running=1,
        limits=OperationLimits(2, 1000),
        retention=timedelta(days=1),
        encode_error=lambda error: error.message.encode(),
        now=lambda: NOON + timedelta(days=1),
    )
    running = asyncio.create_task(runner.run())
    await asyncio.wait_for(reported.wait(), 60.0)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_old_results_are_deleted_and_progress_is_stored(store: Store) -> None:
    await finish(store, "older than a day", NOON - timedelta(seconds=1))
    await finish(store, "a day old", NOON)
    await start(store, "in progress", NOON)

    await run_until_reported(store, 0.25)

    async with store.read() as records:
        kept = await records.operations.get("a day old")
        in_progress = await records.operations.get("in progress")
        with pytest.raises(OperationNotFound):
            await records.operations.get("older than a day")
    assert kept.result == b"result"
    assert in_progress.progress == 0.25
