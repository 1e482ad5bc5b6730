"""A bundle of models that is kept is ready to go back to only while its index is not in doubt."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from matcher.domain.model_bundle import BundleState, StoredBundle
from matcher.use_cases.bundle_preparation import BundlePreparation, BundleWork

KEPT = StoredBundle(
    "packaged", "versions", BundleState.KEPT, "one", datetime(2018, 10, 26, tzinfo=UTC)
)


async def test_it_is_ready_again_when_another_is_loaded() -> None:
    doubted, loaded = asyncio.Event(), asyncio.Event()
    bundle: Any = SimpleNamespace(index=SimpleNamespace(doubt=""))

    async def care_for(*_: Any) -> None:
        await doubted.wait()
        bundle.index.doubt = ""
        loaded.set()

    nothing: Any = None
    work = BundleWork(nothing, care_for, nothing)
    preparation = BundlePreparation(KEPT, work, nothing, ready=bundle)
    assert preparation.is_ready

    bundle.index.doubt = "a bit has flipped"
    assert not preparation.is_ready

    doubted.set()
    await loaded.wait()
    assert preparation.is_ready
    await preparation.end()
