"""What models that are not used any more left is removed by the shards, each on its machine."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from matcher.domain.model_bundle import PACKAGED
from matcher.index.bundle_files import bundle_snapshot_file
from matcher.replicated_shard import ReplicatedShard

from .matcher_process import TIMEOUT_SECONDS
from .shard_processes import LocalProcess, catch_up_in_all, replicated
from .store_and_index import enrol, opened


@dataclass
class Served:
    """A shard in two processes, and the file of a snapshot that discarded models left there."""

    shard: ReplicatedShard
    processes: list[LocalProcess]
    left: Path

    async def until_removed(self) -> None:
        """Ask until all is gone: processes on one machine may be in each other's way."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not await self.shard.remove_unused_files({PACKAGED}):
                pass


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        file = tmp_path / "index.snapshot"
        async with replicated(base, tmp_path, replicas=2, snapshot_file=file) as (index, processes):
            (shard,) = index._shards
            assert isinstance(shard, ReplicatedShard)
            await catch_up_in_all(index, shard, TIMEOUT_SECONDS)
            left = bundle_snapshot_file(file, "discarded")
            left.write_bytes(b"people who may be deleted by now")
            yield Served(shard, [*processes], left)


async def test_they_are_removed_there(served: Served) -> None:
    await served.until_removed()

    assert not served.left.parent.exists()


async def test_those_of_models_in_use_stay(served: Served) -> None:
    assert await served.shard.remove_unused_files({PACKAGED, "discarded"})

    assert served.left.exists()


async def test_a_process_that_does_not_answer_is_asked_again(served: Served) -> None:
    for process in served.processes:
        process.stand_still()
    meanwhile = await served.shard.remove_unused_files({PACKAGED})
    for process in served.processes:
        process.go_on()
    await served.until_removed()

    assert not meanwhile
    assert not served.left.parent.exists()


async def test_a_process_that_has_not_started_is_not_waited_for(served: Served) -> None:
    for process, replica in zip(served.processes, served.shard._replicas, strict=True):
        replica.is_started = False
        process.asked.clear()

    assert not await served.shard.remove_unused_files({PACKAGED})

    assert [process.asked for process in served.processes] == [[], []]
    assert served.left.exists()
