"""A bundle is ready only while all shards of its index answer: else searches would end with it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from matcher.domain.model_bundle import BundleState, StoredBundle
from matcher.use_cases.bundle_preparation import BundlePreparation, BundleWork
from matcher.use_cases.readiness import Readiness
from matcher.use_cases.supervise_index import SuperviseIndex

from .matcher_process import TIMEOUT_SECONDS
from .shard_processes import replicated
from .store_and_index import enrol, opened

LOADING = StoredBundle(
    "next", "versions", BundleState.LOADING, "one", datetime(2018, 10, 26, tzinfo=UTC)
)


async def test_it_is_ready_again_when_they_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        await base.index.catch_up()
        async with replicated(base, tmp_path, replicas=1, shards=2) as (index, processes):
            new: Any = SimpleNamespace(index=index)
            present: Any = SimpleNamespace(index=base.index)

            async def load(*_: Any) -> Any:
                return new

            async def care_for(_: Any, readiness: Readiness) -> None:
                await SuperviseIndex(base.store, index, readiness).run(0.01)

            async def succeed(*_: Any) -> None:
                pass

            preparation = BundlePreparation(LOADING, BundleWork(load, care_for, succeed), present)
            await _until(lambda: preparation.is_ready)

            processes[1].stand_still()
            await _until(lambda: not preparation.is_ready)
            assert preparation.problem == "the index cannot follow the database"
            assert preparation.share == 1.0

            processes[1].go_on()
            await _until(lambda: preparation.is_ready)
            assert preparation.problem == ""
            await preparation.end()


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not is_so():  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.01)
