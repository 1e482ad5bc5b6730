"""A bundle that is to serve and cannot be read is read again after some seconds, not at once."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from matcher.domain.errors import BundleUnusable
from matcher.domain.model_bundle import PACKAGED, BundleState, StoredBundle
from matcher.use_cases import serving_bundle
from matcher.use_cases.bundle_preparation import BundleWork
from matcher.use_cases.readiness import Readiness
from matcher.use_cases.remove_unused_files import RemoveUnusedFiles
from matcher.use_cases.serving_bundle import ServingBundle

from .matcher_process import TIMEOUT_SECONDS
from .store_and_index import NOW, opened

NEXT = StoredBundle("next", "versions", BundleState.LOADING, "migration", NOW)
FORMER = StoredBundle(PACKAGED, "versions", BundleState.SERVING, "", NOW)


async def test_it_is_read_once_while_the_pause_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_bundle, "_CHECK_SECONDS", 0.0)
    monkeypatch.setattr(serving_bundle, "_RETRY_SECONDS", 3600.0)
    attempts = list[str]()
    attempted = asyncio.Event()

    async def load(stored: StoredBundle, _: Any) -> Any:
        attempts.append(stored.name)
        attempted.set()
        raise BundleUnusable("a file of the bundle is missing")

    async def forever(*_: Any) -> None:
        await asyncio.Event().wait()

    async def remove(_: Any) -> bool:
        return True

    async with opened(tmp_path) as base:
        async with base.store.write() as records:
            await records.bundles.prepare(NEXT)
            await records.bundles.switch(FORMER, NOW)
        former: Any = SimpleNamespace(name=PACKAGED, store=base.store, index=base.index)
        serving = ServingBundle(
            former,
            BundleWork(load, forever, forever),
            Readiness(),
            replica="here",
            remove_unused_files=RemoveUnusedFiles(remove, lambda: NOW),
            now=lambda: NOW,
        )
        running = asyncio.create_task(serving.run())
        await asyncio.wait_for(attempted.wait(), TIMEOUT_SECONDS)
        for _ in range(20):
            async with base.store.read_once() as records:
                await records.bundles.present()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert attempts == ["next"]
