"""A migration may end between two looks at the database: the bundle of before is kept all the same.

Else its index were lost, and nobody could go back to it before it was loaded anew.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest_asyncio
from matcher.bootstrap import StoreAndIndex
from matcher.domain.model_bundle import PACKAGED, BundleState, StoredBundle
from matcher.domain.operation import LeasedOperation, OperationState
from matcher.store.store import Records, Store
from matcher.use_cases.bundle_preparation import BundleWork
from matcher.use_cases.readiness import Readiness
from matcher.use_cases.remove_unused_files import RemoveUnusedFiles
from matcher.use_cases.serving_bundle import ServingBundle

from .matcher_process import TIMEOUT_SECONDS
from .store_and_index import NOW, opened
from .stored_operations import lease, start

NEXT = StoredBundle("next", "versions", BundleState.LOADING, "migration", NOW)
FORMER = StoredBundle(PACKAGED, "versions", BundleState.SERVING, "", NOW)


@pytest_asyncio.fixture
async def base(tmp_path: Path) -> AsyncIterator[StoreAndIndex]:
    """A database in which a bundle is prepared, by an operation that another replica works on."""
    async with opened(tmp_path) as base:
        await start(base.store, NEXT.operation_id, NOW)
        async with base.store.write() as records:
            await records.bundles.prepare(NEXT)
        yield base


class _StoreWhereMigrationEnds:
    """The database, in which the other replica ends the migration right after one look at it."""

    def __init__(self, store: Store, operation: LeasedOperation) -> None:
        self._store, self._operation = store, operation
        self.read, self.write = store.read, store.write
        self.ends = False

    @asynccontextmanager
    async def read_once(self) -> AsyncIterator[Records]:
        async with self._store.read_once() as records:
            yield records
        if self.ends:
            self.ends = False
            async with self._store.write() as records:
                await records.bundles.switch(FORMER, NOW)
                await records.operations.finish(
                    self._operation, OperationState.SUCCEEDED, b"result", NOW
                )


async def test_the_bundle_of_before_is_kept_as_it_is(base: StoreAndIndex) -> None:
    operation = await lease(base.store, "other", NOW)
    assert operation is not None
    store = _StoreWhereMigrationEnds(base.store, operation)
    loaded, removed_but = list[str](), list[set[str]]()

    async def load(stored: StoredBundle, _: Any) -> Any:
        loaded.append(stored.name)
        return SimpleNamespace(name=stored.name, store=store, index=base.index)

    async def forever(*_: Any) -> None:
        await asyncio.Event().wait()

    async def succeed(*_: Any) -> None:
        pass

    async def remove(in_use: Any) -> bool:
        removed_but.append({*in_use})
        return True

    former: Any = SimpleNamespace(name=PACKAGED, store=store, index=base.index)
    serving = ServingBundle(
        former,
        BundleWork(load, forever, succeed),
        Readiness(),
        replica="here",
        remove_unused_files=RemoveUnusedFiles(remove, lambda: NOW),
        now=lambda: NOW,
    )
    running = asyncio.create_task(serving.run())
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while serving.other is None:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.01)

    store.ends = True
    for _ in range(3):
        await serving.check()

    assert serving.current.name == "next"
    assert serving.other is former
    assert loaded == ["next"]
    assert {PACKAGED} not in removed_but
    assert {"next"} not in removed_but
    async with base.store.read() as records:
        bundles = await records.bundles.present()
    assert bundles.serving == replace(NEXT, state=BundleState.SERVING)
    assert bundles.other == replace(FORMER, state=BundleState.KEPT)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
