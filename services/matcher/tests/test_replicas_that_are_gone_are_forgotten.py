"""A replica that says nothing more of a bundle of models is forgotten; a slow one comes back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest_asyncio
from matcher.bootstrap import StoreAndIndex
from matcher.domain.index_capacity import IndexCapacity
from matcher.domain.model_bundle import PACKAGED, BundleReport, BundleState, StoredBundle
from matcher.use_cases.bundle_preparation import BundleWork
from matcher.use_cases.get_status import GetStatus
from matcher.use_cases.readiness import Readiness
from matcher.use_cases.remove_unused_files import RemoveUnusedFiles
from matcher.use_cases.serving_bundle import ServingBundle
from sqlalchemy import text

from .matcher_process import TIMEOUT_SECONDS
from .models import models
from .store_and_index import NOW, opened

BEGIN = timedelta()
MINUTE = timedelta(minutes=1)


@pytest_asyncio.fixture
async def base(tmp_path: Path) -> AsyncIterator[StoreAndIndex]:
    """A database in which one bundle is kept."""
    async with opened(tmp_path) as base:
        async with base.store.write() as records:
            await records.bundles.prepare(
                StoredBundle("former", "versions", BundleState.KEPT, "one", NOW)
            )
        yield base


async def _say(base: StoreAndIndex, replica: str, after: timedelta) -> None:
    report = BundleReport(replica, "former", 1.0, True, "", False, NOW + after)
    async with base.store.write() as records:
        await records.bundles.report(report)


async def _told(base: StoreAndIndex, after: timedelta) -> list[str]:
    """The replicas that the status tells of."""
    serving: Any = SimpleNamespace(current=SimpleNamespace(index=base.index, models=models()))
    clock: Any = SimpleNamespace(now=lambda: NOW)
    get_status = GetStatus(
        base.store, serving, Readiness(), clock, IndexCapacity(None), lambda: NOW + after
    )
    _, kept = (await get_status()).bundles
    return [report.replica for report in kept.reports]


async def _stored(base: StoreAndIndex) -> list[str]:
    async with base.store.read() as records:
        statement = text("SELECT replica FROM bundle_reports ORDER BY replica")
        return [*(await records.transaction.execute(statement)).scalars()]


async def test_the_status_tells_of_those_that_said_something_lately(base: StoreAndIndex) -> None:
    await _say(base, "gone", BEGIN)
    await _say(base, "here", 4 * MINUTE)

    assert await _told(base, 4.9 * MINUTE) == ["gone", "here"]
    assert await _told(base, 5 * MINUTE) == ["here"]


async def test_others_forget_them(base: StoreAndIndex) -> None:
    await _say(base, "gone", BEGIN)
    await _say(base, "here", 4 * MINUTE)
    before = await _stored(base)

    await _say(base, "here", 5 * MINUTE)

    assert (before, await _stored(base)) == (["gone", "here"], ["here"])


async def test_one_that_was_slow_is_told_of_again(base: StoreAndIndex) -> None:
    await _say(base, "slow", BEGIN)
    await _say(base, "here", 6 * MINUTE)

    await _say(base, "slow", 6 * MINUTE)

    assert await _told(base, 6 * MINUTE) == ["here", "slow"]


async def test_one_that_keeps_a_bundle_says_so_every_minute(base: StoreAndIndex) -> None:
    clock = SimpleNamespace(seconds=0)

    async def load(*_: Any) -> Any:
        return SimpleNamespace(index=base.index)

    async def forever(*_: Any) -> None:
        await asyncio.Event().wait()

    async def remove_nothing(_: object) -> bool:
        return True

    current: Any = SimpleNamespace(name=PACKAGED, store=base.store)
    serving = ServingBundle(
        current,
        BundleWork(load, forever, forever),
        Readiness(),
        replica="here",
        remove_unused_files=RemoveUnusedFiles(remove_nothing, lambda: NOW),
        now=lambda: NOW + timedelta(seconds=clock.seconds),
    )
    running = asyncio.create_task(serving.run())
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while serving.other is None:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.01)

    said = list[float]()
    for clock.seconds in (0, 59, 60, 119, 120):
        await serving.check()
        async with base.store.read() as records:
            (report,) = await records.bundles.reports("former", NOW - MINUTE)
        said.append((report.seen_at - NOW).total_seconds())

    assert said == [0, 0, 60, 60, 120]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
