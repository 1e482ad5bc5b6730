"""A snapshot of a database before its first change is one: it is written, told and read again."""

from pathlib import Path

import pytest
from matcher.index import snapshot
from matcher.maintenance import save_snapshot

from .store_and_index import enrol, opened, settings_of


@pytest.mark.parametrize("shards", [1, 2])
async def test_it_is_written_told_and_read(tmp_path: Path, shards: int) -> None:
    file = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=file, index_shards=shards) as base:
        await base.index.catch_up()
        before = base.index.state().snapshot_change

        facts = await base.index.snapshot_of_now()

        assert before is None
        assert (facts.change_token.number, facts.encounters) == (0, 0)
        assert base.index.state().snapshot_change == 0
        assert await base.index.verify_snapshot() == facts

    async with opened(tmp_path, snapshot_file=file, index_shards=shards) as again:
        await again.index.catch_up()
        assert again.index.state().snapshot_change == 0
        assert not any(part.snapshot_is_due(1, 0.0) for part in again.index_parts)
        await enrol(again, 1)
        await again.index.catch_up()
        assert any(part.snapshot_is_due(1, 0.0) for part in again.index_parts)


async def test_the_command_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "index.snapshot"
    async with opened(tmp_path):
        pass

    assert await save_snapshot(settings_of(tmp_path, snapshot_file=file)) == 0

    assert snapshot.describe(file).change_token.number == 0


async def test_there_is_none_if_a_shard_lacks_one(tmp_path: Path) -> None:
    file = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=file, index_shards=2) as base:
        await enrol(base, 1)
        await base.index.catch_up()
        await base.index_parts[0].save_snapshot()

        assert base.index.state().snapshot_change is None
        await base.index.save_snapshot()
        assert base.index.state().snapshot_change == 1
