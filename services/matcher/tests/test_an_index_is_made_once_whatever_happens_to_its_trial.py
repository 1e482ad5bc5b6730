"""A trial that a busy service had no time for is repeated, but not the hours of making an index."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from matcher.domain.index_entry import NOT_LOADED, IndexState
from matcher.domain.model_bundle import BundleState, StoredBundle
from matcher.use_cases import bundle_preparation
from matcher.use_cases.bundle_preparation import BundlePreparation, BundleWork
from servicekit.errors import Overloaded

from .matcher_process import TIMEOUT_SECONDS

LOADING = StoredBundle(
    "next", "versions", BundleState.LOADING, "one", datetime(2018, 10, 26, tzinfo=UTC)
)


class _Bundle:
    """A bundle that is its own index, and counts what is done with it."""

    def __init__(self) -> None:
        self.index = self
        self.doubt = ""
        self.done: list[str] = []

    async def load(self, _report_progress: Any, _like: Any) -> None:
        if not self.done:
            self.done.append("load")

    def state(self) -> IndexState:
        return NOT_LOADED

    async def catch_up(self) -> None:
        self.done.append("catch_up")


async def test_only_the_trial_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_preparation, "_RETRY_SECONDS", 0.0)
    bundle, cared_for = _Bundle(), asyncio.Event()

    async def load(*_: Any) -> Any:
        return bundle

    async def care_for(*_: Any) -> None:
        cared_for.set()

    async def try_bundle(*_: Any) -> None:
        bundle.done.append("trial")
        if bundle.done.count("trial") < 3:
            raise Overloaded("the queue for worker threads is full")

    serving: Any = _Bundle()
    preparation = BundlePreparation(LOADING, BundleWork(load, care_for, try_bundle), serving)
    await asyncio.wait_for(cared_for.wait(), TIMEOUT_SECONDS)

    assert preparation.is_ready
    assert bundle.done == ["load", *["catch_up", "trial"] * 3]
    await preparation.end()
