"""A process of a shard that answers nothing holds up neither searches, readiness nor operations.

`test_no_search_fails_when_a_shard_is_killed.py` does it to processes of Ray.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from matcher import replicated_shard
from matcher.bootstrap import StoreAndIndex
from matcher.domain.errors import IndexDoubtful, NotReady
from matcher.domain.index_entry import IndexState
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.operation import ReportProgress
from matcher.domain.shortlist import SearchScope
from matcher.index.following_index import FollowingIndex
from matcher.index.index_loader import ignore_progress
from matcher.index.sharded_index import ShardedIndex
from matcher.replicated_shard import ReplicatedShard
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.serving_bundle import ServingBundle
from matcher.use_cases.supervise_index import SuperviseIndex

from .shard_processes import LocalProcess, catch_up_in_all, replicated
from .store_and_index import DEPTH, enrol, features, opened

LONG_ENOUGH = 60


@dataclass
class Served:
    """A database with one person, and one shard in two processes, both caught up."""

    base: StoreAndIndex
    index: ShardedIndex
    processes: list[LocalProcess]

    @property
    def shard(self) -> ReplicatedShard:
        (shard,) = self.index._shards
        assert isinstance(shard, ReplicatedShard)
        return shard

    async def found(self) -> str | None:
        search = self.index.search(features(1), SearchScope(), DEPTH, seconds_left=LONG_ENOUGH)
        return (await search).persons[0].person_id

    async def caught_up(self) -> None:
        """Wait until all processes have caught up."""
        await catch_up_in_all(self.index, self.shard, LONG_ENOUGH)

    def all_stand_still(self) -> None:
        for process in self.processes:
            process.stand_still()


@pytest_asyncio.fixture
async def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    monkeypatch.setattr(replicated_shard, "_OTHERS_SECONDS", 0.1)
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        file = tmp_path / "index.snapshot"
        async with replicated(base, tmp_path, replicas=2, snapshot_file=file) as (index, processes):
            served = Served(base, index, [*processes])
            await served.caught_up()
            yield served


@pytest.mark.timeout(LONG_ENOUGH)
async def test_catching_up_ends_if_all_stand_still(served: Served) -> None:
    served.all_stand_still()

    with pytest.raises(NotReady):
        await served.index.catch_up()


@pytest.mark.timeout(LONG_ENOUGH)
async def test_readiness_is_lowered_and_comes_back(served: Served) -> None:
    readiness = Readiness()
    supervise = SuperviseIndex(served.base.store, served.index, readiness)
    await supervise.check()
    before = readiness.level
    served.all_stand_still()
    await supervise.check()
    meanwhile = readiness.level
    for process in served.processes:
        process.go_on()
    await supervise.check()

    assert before is ServiceLevel.FULL
    assert meanwhile is ServiceLevel.VERIFY_ONLY
    assert readiness.level is ServiceLevel.FULL


@pytest.mark.timeout(LONG_ENOUGH)
async def test_one_of_two_holds_up_nothing(served: Served) -> None:
    served.processes[0].stand_still()

    await served.index.check_portion()
    await served.index.save_snapshot()
    facts = await served.index.snapshot_of_now()
    await served.index.catch_up()

    assert facts.encounters == 1
    assert await served.found() == "person-1"


@pytest.mark.timeout(LONG_ENOUGH)
async def test_the_service_ends_without_its_snapshot(served: Served) -> None:
    bundle: Any = SimpleNamespace(name=PACKAGED, index=served.index)
    nothing: Any = None
    serving = ServingBundle(
        bundle, nothing, Readiness(), replica="here", remove_unused_files=nothing, now=nothing
    )
    served.all_stand_still()

    await serving.save_snapshots()


@pytest.mark.timeout(LONG_ENOUGH)
async def test_a_rebuild_is_refused_before_anything_is_loaded(served: Served) -> None:
    served.processes[1].stand_still()

    with pytest.raises(NotReady):
        await served.index.rebuild(ignore_progress)

    assert [each for process in served.processes for each in process.asked if "build" in each] == []


@pytest.mark.timeout(LONG_ENOUGH)
async def test_one_that_stands_still_for_long_is_ended_and_another_used(served: Served) -> None:
    hung, other = served.processes
    hung.stand_still()
    while not hung.restarted:
        await served.index.catch_up()
        await asyncio.sleep(0.01)
    other.stand_still()

    assert await served.found() == "person-1"


@pytest.mark.timeout(LONG_ENOUGH)
async def test_one_of_which_a_call_failed_before_is_ended_too(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung, other = served.processes
    (replica,) = (each for each in served.shard._replicas if each.process is hung)

    async def fail(*_: object) -> None:
        raise NotReady("not ready: a shard failed: MemoryError()")

    with monkeypatch.context() as once:
        once.setattr(hung, "ask", fail)
        with pytest.raises(NotReady):
            await replica.answer("ping")
    hung.stand_still()
    while not hung.restarted:
        await served.index.catch_up()
        await asyncio.sleep(0.01)
    other.stand_still()

    assert await served.found() == "person-1"


@pytest.mark.timeout(LONG_ENOUGH)
async def test_one_that_answers_meanwhile_may_take_long(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild = FollowingIndex.rebuild

    async def rebuild_slowly(self: FollowingIndex, progress: ReportProgress) -> IndexState:
        before = _pings(served)
        while _pings(served) < before + 5:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.01)
        return await rebuild(self, progress)

    monkeypatch.setattr(FollowingIndex, "rebuild", rebuild_slowly)
    state = await served.index.rebuild(ignore_progress)

    assert state.people == 1
    assert _pings(served) >= 10
    assert [process.restarted for process in served.processes] == [0, 0]


def _pings(served: Served) -> int:
    return sum(process.asked.count("ping") for process in served.processes)


@pytest.mark.timeout(LONG_ENOUGH)
async def test_one_that_missed_the_doubt_answers_only_when_it_has_loaded_anew(
    served: Served,
) -> None:
    served.all_stand_still()
    await served.shard.distrust("in doubt")
    for process in served.processes:
        process.go_on()
        process.asked.clear()

    with pytest.raises(IndexDoubtful, match="in doubt"):
        await served.found()

    asked_in_doubt = [each for process in served.processes for each in process.asked]
    await served.caught_up()
    assert "read" not in asked_in_doubt
    assert [process.asked[:2] for process in served.processes] == [["distrust", "catch_up"]] * 2
    assert served.index.doubt == ""
    assert await served.found() == "person-1"
