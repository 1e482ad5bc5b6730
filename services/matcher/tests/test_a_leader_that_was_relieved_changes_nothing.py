"""A replica that led a change of models, stood still and was relieved, changes nothing any more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from matcher.bootstrap import StoreAndIndex
from matcher.domain.model_bundle import PACKAGED, Bundles, BundleState, StoredBundle
from matcher.domain.operation import LeasedOperation, LeaseLost, OperationState
from matcher.model_bundles import ModelBundles, versions_of
from matcher.store.store import Records, Store
from matcher.use_cases.migrate_model import MigrateModel
from matcher.use_cases.run_operations import RunningOperation
from servicekit.process.worker_pool import WorkerPool

from .bundles import make_bundle
from .matcher_process import TIMEOUT_SECONDS
from .models import models
from .store_and_index import NOW, opened
from .stored_operations import LATE, lease, start

FORMER = StoredBundle(PACKAGED, versions_of(models().versions), BundleState.SERVING, "", NOW)


@pytest_asyncio.fixture
async def base(tmp_path: Path) -> AsyncIterator[StoreAndIndex]:
    """A database, and a folder of bundles with one, `next`."""
    make_bundle(tmp_path / "bundles", "next")
    async with opened(tmp_path) as base:
        yield base


@pytest.mark.parametrize("writes", [0, 1])
async def test_it_neither_begins_nor_goes_on(
    base: StoreAndIndex, tmp_path: Path, writes: int
) -> None:
    """writes: how often it had written when it stood still; once, that it begins with embedding."""
    leased = await _leading(base.store)
    store = _StandingStill(base.store, writes)

    with pytest.raises(LeaseLost):
        await _migrate(store, base.pool, tmp_path, leased)

    assert store.writes_left == -1
    assert await _states(base.store) == {"next": "SERVING", PACKAGED: "KEPT"}


async def test_it_does_not_wait_for_replicas_for_ever(base: StoreAndIndex, tmp_path: Path) -> None:
    leased = await _leading(base.store)
    waiting = asyncio.create_task(_migrate(base.store, base.pool, tmp_path, leased))
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while await _states(base.store) != {"next": "LOADING"}:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.01)

    await _finished_by_another(base.store)

    with pytest.raises(LeaseLost):
        await asyncio.wait_for(waiting, TIMEOUT_SECONDS)
    assert await _states(base.store) == {"next": "SERVING", PACKAGED: "KEPT"}


class _StandingStill:
    """A store, before one of whose writes another replica does what was to be done."""

    def __init__(self, store: Store, writes: int) -> None:
        self.writes_left = writes
        self._store = store
        self.read = store.read

    def of_embeddings(self, _version: str) -> "_StandingStill":
        return self

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Records]:
        if self.writes_left == 0:
            await _finished_by_another(self._store)
        self.writes_left -= 1
        async with self._store.write() as records:
            yield records


async def _migrate(store: Any, pool: WorkerPool, folder: Path, leased: LeasedOperation) -> None:
    serving: Any = SimpleNamespace(current=SimpleNamespace(store=store, models=models()))
    migrate = MigrateModel(serving, ModelBundles(folder / "bundles", None), pool, lambda: NOW)
    running = RunningOperation(leased, store, lambda: NOW)

    async def store_response(*_: object) -> None:
        pytest.fail("it has changed models")

    await migrate("next", running, store_response)


async def _leading(store: Store) -> LeasedOperation:
    await start(store, "one", NOW)
    leased = await lease(store, "a", NOW)
    assert leased
    return leased


async def _finished_by_another(store: Store) -> None:
    """Let another replica take the operation over, and change to the bundle."""
    successor = await lease(store, "b", LATE)
    assert successor
    async with store.write() as records:
        await records.bundles.prepare(
            StoredBundle("next", "versions", BundleState.LOADING, "one", NOW)
        )
        await records.bundles.switch(FORMER, NOW)
        await records.operations.finish(successor, OperationState.SUCCEEDED, b"", LATE)


async def _states(store: Store) -> dict[str, str]:
    async with store.read() as records:
        bundles: Bundles = await records.bundles.present()
    return {
        each.name: each.state.value for each in (bundles.serving, bundles.other) if each is not None
    }
