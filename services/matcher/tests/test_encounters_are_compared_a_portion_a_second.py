"""The log is followed often, and encounters are compared one by one a portion a second."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from matcher.use_cases import supervise_index
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.supervise_index import SuperviseIndex

from .matcher_process import TIMEOUT_SECONDS


class IndexThatCounts:
    """An index that is never in doubt, and counts what is asked of it."""

    doubt = ""

    def __init__(self) -> None:
        self.doubted = asyncio.Event()
        self.followed = self.compared = 0
        self._moved = asyncio.Event()

    async def catch_up(self) -> None:
        self.followed += 1
        self._moved.set()

    async def check_portion(self) -> None:
        self.compared += 1

    async def followed_again(self, times: int) -> None:
        """Wait until the log was followed so many times more."""
        until = self.followed + times
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while self.followed < until:
                self._moved.clear()
                await self._moved.wait()


async def test_four_looks_at_the_log_compare_one_portion(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(supervise_index, "time", SimpleNamespace(monotonic=lambda: clock.now))
    index = IndexThatCounts()
    supervise = SuperviseIndex(cast(Any, None), cast(Any, index), Readiness(ServiceLevel.FULL, ""))

    running = asyncio.create_task(supervise.run(0.001))
    await index.followed_again(5)
    first = index.compared
    clock.now += 0.9
    await index.followed_again(5)
    not_yet = index.compared
    clock.now += 0.2
    await index.followed_again(5)
    second = index.compared
    running.cancel()

    assert (first, not_yet, second) == (1, 1, 2)
