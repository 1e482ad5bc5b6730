"""A snapshot of which an index in doubt was loaded is not read again: the database is."""

from pathlib import Path
from typing import Any, NoReturn

import pytest
from matcher.domain.errors import IndexDoubtful
from matcher.domain.index_entry import NOT_LOADED
from matcher.index.index_loader import IndexLoader, LoadedIndex, ignore_progress

from .shard_processes import replicated
from .store_and_index import enrol, opened, shortlisted


async def test_the_next_attempt_reads_no_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=file) as base:
        await enrol(base, 1)
        await base.index.catch_up()
        await base.index.save_snapshot()
    async with opened(tmp_path, snapshot_file=file) as base:
        async with base.store.write() as records:
            sums = (await records.changes.lock()).sums
            await records.changes.set_sums(sums.plus(1, 1, 1))
        with pytest.raises(IndexDoubtful):
            await base.index.load(ignore_progress, NOT_LOADED)
        async with base.store.write() as records:
            await records.changes.set_sums(sums)

        monkeypatch.setattr(IndexLoader, "load_snapshot", _fail)
        await base.index.load(ignore_progress, NOT_LOADED)

        assert base.index.doubt == ""
        assert await shortlisted(base, 1) == (["person-1"], 1)


async def test_a_process_of_a_shard_reads_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, load_database = list[int](), IndexLoader.load_database

    async def load_and_count(self: IndexLoader, *arguments: Any) -> LoadedIndex:
        read.append(1)
        return await load_database(self, *arguments)

    file = tmp_path / "index.snapshot"
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        async with replicated(base, tmp_path, replicas=1, snapshot_file=file) as (index, _):
            await index.catch_up()
            await index.save_snapshot()
        async with base.store.write() as records:
            sums = (await records.changes.lock()).sums
            await records.changes.set_sums(sums.plus(1, 1, 1))
        async with replicated(base, tmp_path, replicas=1, snapshot_file=file) as (index, _):
            with pytest.raises(IndexDoubtful):
                await index.load(ignore_progress, NOT_LOADED)
            async with base.store.write() as records:
                await records.changes.set_sums(sums)

            monkeypatch.setattr(IndexLoader, "load_database", load_and_count)
            await index.load(ignore_progress, NOT_LOADED)
            await index.catch_up()

            assert index.doubt == ""
            assert len(read) == 1


async def _fail(_: IndexLoader) -> NoReturn:
    pytest.fail("it has read the snapshot")
