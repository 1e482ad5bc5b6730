"""A bundle that was being prepared beside one which serves no more is prepared beside the next.

A replica that was away may find so: two migrations have ended, and a third has begun.
"""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from matcher.domain.model_bundle import PACKAGED, BundleState, StoredBundle
from matcher.domain.operation import OperationState
from matcher.use_cases.bundle_preparation import BundleWork
from matcher.use_cases.readiness import Readiness
from matcher.use_cases.remove_unused_files import RemoveUnusedFiles
from matcher.use_cases.serving_bundle import ServingBundle

from .matcher_process import TIMEOUT_SECONDS
from .store_and_index import NOW, opened
from .stored_operations import lease, start

NEXT = StoredBundle("next", "versions", BundleState.EMBEDDING, "first", NOW)
BETWEEN = StoredBundle("between", "versions", BundleState.LOADING, "second", NOW)
AGAIN = StoredBundle("next", "versions", BundleState.LOADING, "third", NOW)
FORMER = StoredBundle(PACKAGED, "versions", BundleState.SERVING, "", NOW)


async def test_it_is_not_tried_beside_a_bundle_that_was_ended(tmp_path: Path) -> None:
    tried = asyncio.Queue[tuple[str, str]]()
    async with opened(tmp_path) as base:
        await base.index.catch_up()

        async def load(stored: StoredBundle, _: Any) -> Any:
            return SimpleNamespace(name=stored.name, store=base.store, index=base.index)

        async def forever(*_: Any) -> None:
            await asyncio.Event().wait()

        async def note(present: Any, new: Any) -> None:
            await tried.put((present.name, new.name))

        async def remove(_: Any) -> bool:
            return True

        serving = ServingBundle(
            await load(FORMER, None),
            BundleWork(load, forever, note),
            Readiness(),
            replica="here",
            remove_unused_files=RemoveUnusedFiles(remove, lambda: NOW),
            now=lambda: NOW,
        )
        await start(base.store, NEXT.operation_id, NOW)
        async with base.store.write() as records:
            await records.bundles.prepare(NEXT)
        await serving.check()

        operation = await lease(base.store, "other", NOW)
        assert operation is not None
        await start(base.store, AGAIN.operation_id, NOW)
        async with base.store.write() as records:
            await records.operations.finish(operation, OperationState.CANCELLED, b"", NOW)
            await records.bundles.prepare(BETWEEN)
            await records.bundles.switch(FORMER, NOW)
            await records.bundles.prepare(AGAIN)
        running = asyncio.create_task(serving.run())

        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert await tried.get() == ("between", "next")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
