"""A process that holds a shard is killed, or stands still, under load: searches wait, no more.

`make test-shards` runs it, and shows how long the slowest search took.
"""

import asyncio
import os
import signal
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from matcher.bootstrap import StoreAndIndex, open_store
from matcher.domain.errors import NotReady
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.shortlist import SearchScope
from matcher.index.index_loader import ignore_progress
from matcher.index.sharded_index import ShardedIndex
from matcher.index.warm_up import warm_up
from matcher.index_placement import index_placement
from matcher.shard_replica import AnswerLimits
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.supervise_index import SuperviseIndex

from .models import models
from .shard_processes import catch_up
from .store_and_index import DEPTH, enrol, features, opened, settings_of

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray"),
    pytest.mark.slow,
    pytest.mark.timeout(1200),
]

SHARDS = 2
PEOPLE = range(1, 21)
SEARCHES = 100
AT_ONCE = 3
SECONDS = 240.0
SHORT = AnswerLimits(between=1, silent=2, hung=4, starting=SECONDS)


@asynccontextmanager
async def _served(folder: Path, replicas: int) -> AsyncIterator[StoreAndIndex]:
    async with opened(folder) as base:
        for person in PEOPLE:
            await enrol(base, person)
    settings = settings_of(
        folder,
        snapshot_file=folder / "index.snapshot",
        index_shards=SHARDS,
        shard_engine="ray",
        shard_replicas=replicas,
    )
    await asyncio.to_thread(warm_up)  # once, not in each process
    async with (
        open_store(settings, models()) as store,
        index_placement(settings, store) as placement,
    ):
        base = placement.make(models(), PACKAGED, store.index_pools[0])
        await catch_up(base.index, SECONDS)
        yield base


async def _ready(base: StoreAndIndex) -> None:
    """Wait until all replicas of all shards are."""
    async with asyncio.timeout(SECONDS):
        while not all(replica.is_ready for replica in _replicas(base)):
            await asyncio.sleep(0.05)
            await catch_up(base.index, SECONDS)


def _shards(base: StoreAndIndex) -> list[Any]:
    assert isinstance(base.index, ShardedIndex)
    return [*base.index._shards]


def _replicas(base: StoreAndIndex) -> list[Any]:
    return [replica for shard in _shards(base) for replica in shard._replicas]


def _processes() -> list[int]:
    """The processes of shards of this session."""
    return sorted(
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if _command(path).startswith("ray::ShardProcess")
    )


def _command(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


class Searches:
    """Searches for everybody in turn, some at a time. seconds: of each that was answered."""

    def __init__(self, base: StoreAndIndex) -> None:
        self.base = base
        self.seconds: list[float] = []
        self.wrong: list[str] = []

    async def run(self, until: asyncio.Event) -> None:
        people = (person for _ in range(10_000) for person in PEOPLE)

        async def work() -> None:
            for person in people:
                if until.is_set():
                    return
                await self._search(person)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    async def reach(self, count: int) -> None:
        """Wait until so many were answered."""
        while len(self.seconds) < count:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.05)

    async def _search(self, person: int) -> None:
        begun = time.monotonic()
        try:
            found = await self.base.index.search(
                features(person), SearchScope(), DEPTH, seconds_left=SECONDS
            )
        except Exception as error:  # whatever it is, the caller had no answer
            self.wrong.append(f"{person}: {error!r}")
            return
        self.seconds.append(time.monotonic() - begun)
        if found.persons[0].person_id != f"person-{person}" or found.people_searched != len(PEOPLE):
            self.wrong.append(f"{person}: {found.persons[0].person_id} of {found.people_searched}")


@pytest.mark.parametrize("failure", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
@pytest.mark.parametrize("replicas", [1, 2])
async def test_every_search_is_answered_and_the_shard_comes_back(
    tmp_path: Path, replicas: int, failure: signal.Signals
) -> None:
    if (replicas, failure) == (1, signal.SIGSTOP):
        pytest.skip("nobody else has what a frozen process holds")
    async with _served(tmp_path, replicas) as base:
        await _ready(base)
        before = _processes()
        enough = asyncio.Event()
        searches = Searches(base)
        running = asyncio.create_task(searches.run(enough))
        await searches.reach(SEARCHES)
        calm, searches.seconds = searches.seconds, []

        os.kill(before[0], failure)
        killed_at = time.monotonic()
        await asyncio.sleep(3)
        if failure is signal.SIGSTOP:
            os.kill(before[0], signal.SIGCONT)
        await _ready(base)
        whole_after = time.monotonic() - killed_at
        await searches.reach(SEARCHES)
        enough.set()
        await running

        print(
            f"{replicas} replicas of {SHARDS} shards, {failure.name}: of "
            f"{len(calm) + len(searches.seconds)} searches {len(searches.wrong)} failed; median "
            f"{statistics.median(calm):.3f} s before; then slowest {max(searches.seconds):.2f} s; "
            f"all replicas again after {whole_after:.1f} s; load {os.getloadavg()[0]:.0f}"
        )
        assert searches.wrong == []
        assert len(_processes()) == len(before) == SHARDS * replicas


async def test_one_that_stands_still_for_good_is_ended_and_neither_service_nor_end_wait_for_it(
    tmp_path: Path,
) -> None:
    async with asyncio.timeout(4 * SECONDS):
        async with _served(tmp_path, 1) as base:
            for shard in _shards(base):
                for replica in shard._replicas:
                    replica.limits = SHORT
            readiness = Readiness()
            supervise = SuperviseIndex(base.store, base.index, readiness)
            await supervise.check()
            levels = [readiness.level]
            hung = _processes()[0]

            os.kill(hung, signal.SIGSTOP)
            stopped_at = time.monotonic()
            await supervise.check()
            lowered_after = time.monotonic() - stopped_at
            levels.append(readiness.level)
            with pytest.raises(NotReady):
                await base.index.rebuild(ignore_progress)
            while readiness.level is not ServiceLevel.FULL:
                await supervise.check()
                await asyncio.sleep(0.05)
            print(
                f"SIGSTOP for good: noticed after {lowered_after:.1f} s, all shards again after "
                f"{time.monotonic() - stopped_at:.1f} s; load {os.getloadavg()[0]:.0f}"
            )
            found = await base.index.search(features(1), SearchScope(), DEPTH, seconds_left=SECONDS)
            assert found.persons[0].person_id == "person-1"
            assert levels == [ServiceLevel.FULL, ServiceLevel.VERIFY_ONLY]
            assert hung not in _processes()
            os.kill(_processes()[0], signal.SIGSTOP)

    assert _processes() == []
