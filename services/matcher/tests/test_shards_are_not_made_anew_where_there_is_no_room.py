"""A shard in another process is made anew only where its machine has room for a second one."""

import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from matcher.domain.errors import NoRoomForIndex
from matcher.domain.shortlist import SearchScope
from matcher.index import room_for_index
from matcher.index.index_loader import IndexLoader, ignore_progress
from matcher.index.sharded_index import ShardedIndex

from .shard_processes import LocalProcess, replicated
from .store_and_index import DEPTH, enrol, features, opened

PLENTY = 1 << 50


@dataclass
class Served:
    """A database with eight people, and two shards in a process each, which have caught up.

    free: memory of the machine of each process, by the order in which they ask, bytes.
    """

    index: ShardedIndex
    processes: list[LocalProcess]
    free: list[int]

    @property
    def rebuilt(self) -> list[str]:
        return [each for process in self.processes for each in process.asked if each == "rebuild"]


@pytest_asyncio.fixture
async def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    async with opened(tmp_path) as base:
        for person in range(1, 9):
            await enrol(base, person)
        async with replicated(base, tmp_path, replicas=1, shards=2) as (index, processes):
            await index.catch_up()
            served = Served(index, [*processes], [])
            monkeypatch.setattr(room_for_index, "free_memory", lambda: served.free.pop(0))
            yield served


async def test_there_is_room_if_each_machine_has_it_for_its_own_shard(served: Served) -> None:
    served.free = [PLENTY, PLENTY]

    await served.index.require_room()

    assert served.free == []


async def test_one_machine_without_room_is_enough_to_refuse(served: Served) -> None:
    served.free = [PLENTY, 7]

    with pytest.raises(NoRoomForIndex, match="7 are free") as refused:
        await served.index.require_room()

    assert refused.value.metadata["free"] == "7"
    assert 7 < int(refused.value.metadata["needed"]) < served.index.state().size_bytes
    assert served.rebuilt == []


async def test_each_process_looks_again_before_it_loads(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(IndexLoader, "load_database")
    served.free = [0]

    with pytest.raises(NoRoomForIndex):
        await served.index.rebuild(ignore_progress)

    search = served.index.search(features(1), SearchScope(), DEPTH, seconds_left=60)
    assert (await search).persons[0].person_id == "person-1"


@pytest.mark.timeout(60)
async def test_one_that_does_not_answer_says_it_when_it_is_to_load(served: Served) -> None:
    served.processes[0].stand_still()
    served.free = [PLENTY]

    await served.index.require_room()

    served.processes[0].go_on()
    served.free = [0]
    with pytest.raises(NoRoomForIndex):
        await served.index.rebuild(ignore_progress)


async def test_a_slow_disk_holds_up_no_other_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_by: list[threading.Thread] = []

    def disk_usage(_: Path) -> Any:
        asked_by.append(threading.current_thread())
        return SimpleNamespace(free=PLENTY)

    monkeypatch.setattr(room_for_index, "shutil", SimpleNamespace(disk_usage=disk_usage))
    async with opened(tmp_path, snapshot_file=tmp_path / "index.snapshot") as base:
        await base.index.require_room()

    assert len(asked_by) == 1
    assert threading.current_thread() not in asked_by
