"""A replica that has no room for the index of other models says so, and makes it when it has."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from matcher.bootstrap import with_passing_index
from matcher.domain.model_bundle import BundleState, StoredBundle
from matcher.index import room_for_index
from matcher.use_cases import bundle_preparation
from matcher.use_cases.bundle_preparation import BundlePreparation, BundleWork

from .matcher_process import TIMEOUT_SECONDS
from .store_and_index import enrol, opened, other_embedding

LOADING = StoredBundle(
    "next", "versions", BundleState.LOADING, "one", datetime(2018, 10, 26, tzinfo=UTC)
)
PLENTY = 1 << 50


async def test_it_is_the_room_that_the_present_index_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, ready = [0], asyncio.Event()
    monkeypatch.setattr(bundle_preparation, "_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(room_for_index, "free_memory", lambda: free[0])
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        await base.index.catch_up()
        other = with_passing_index(base, other_embedding("other"), base.index_pools[1])
        present: Any = SimpleNamespace(index=base.index)
        new: Any = SimpleNamespace(index=other.index)

        async def load(*_: Any) -> Any:
            return new

        async def care_for(*_: Any) -> None:
            ready.set()

        async def succeed(*_: Any) -> None:
            pass

        preparation = BundlePreparation(LOADING, BundleWork(load, care_for, succeed), present)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not preparation.problem:  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(0.01)
            without_room, people = preparation.problem, other.index.state().people
            free[0] = PLENTY
            await ready.wait()

        needed = base.index.state().size_bytes
        assert without_room == f"a second index needs {needed} bytes of memory, 0 are free"
        assert people == 0
        assert other.index.state().people == 1
        assert preparation.is_ready
        await preparation.end()
