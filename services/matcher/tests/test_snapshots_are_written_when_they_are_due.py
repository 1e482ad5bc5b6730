"""A snapshot is due after many changes, or when it has held a deleted encounter for long."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from matcher.domain.index_entry import IndexState
from matcher.index import index_snapshots, snapshot
from matcher.use_cases import supervise_index_files
from matcher.use_cases.supervise_index_files import SuperviseIndexFiles

from .store_and_index import delete, delete_one_of_two_saved, enrol, opened


async def test_before_it_is_loaded_the_index_is_empty_and_nothing_is_due(tmp_path: Path) -> None:
    path = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=path) as base:
        await base.index.save_snapshot()

        assert base.index.state() == IndexState(0, 0, 0, 0, None)
        assert not base.index_parts[0].snapshot_is_due(0, 0.0)
        assert not path.exists()


async def test_so_many_changes_make_one_due(tmp_path: Path) -> None:
    async with opened(tmp_path, snapshot_file=tmp_path / "index.snapshot") as base:
        for person in (1, 2, 3):
            await enrol(base, person)
        await base.index.catch_up()

        assert base.index_parts[0].snapshot_is_due(3, 3600.0)
        assert not base.index_parts[0].snapshot_is_due(4, 3600.0)
        await base.index.save_snapshot()
        assert not base.index_parts[0].snapshot_is_due(1, 3600.0)
        assert base.index.state().snapshot_change == 3


async def test_so_many_seconds_after_a_deletion_make_one_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(monotonic=lambda: 100.0)
    monkeypatch.setattr(index_snapshots, "time", clock)
    async with opened(tmp_path, snapshot_file=tmp_path / "index.snapshot") as base:
        await enrol(base, 1)
        await enrol(base, 2)
        await base.index.catch_up()
        assert not base.index_parts[0].snapshot_is_due(1000, 0.0)
        await delete(base, 1)
        await base.index.catch_up()
        clock.monotonic = lambda: 110.0
        await delete(base, 2)
        await base.index.catch_up()

        clock.monotonic = lambda: 129.9
        assert not base.index_parts[0].snapshot_is_due(1000, 30.0)
        clock.monotonic = lambda: 130.0
        assert base.index_parts[0].snapshot_is_due(1000, 30.0)


async def test_one_that_could_not_be_read_is_replaced_soon(tmp_path: Path) -> None:
    path = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=path) as base:
        await delete_one_of_two_saved(base)
    path.write_bytes(path.read_bytes().replace(b"matcher-index-11", b"matcher-index-10"))

    async with opened(tmp_path, snapshot_file=path) as base:
        await base.index.catch_up()

        assert base.index_parts[0].snapshot_is_due(1000, 3600.0)
        await base.index.save_snapshot()
        assert not base.index_parts[0].snapshot_is_due(1000, 3600.0)
        assert snapshot.describe(path).encounters == 1


async def test_one_that_is_up_to_date_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=path) as base:
        await enrol(base, 1)
        await base.index.catch_up()
        await base.index.save_snapshot()
        path.unlink()

        await base.index.save_snapshot()

        assert not path.exists()


async def test_one_that_could_not_be_written_stays_due(tmp_path: Path) -> None:
    async with opened(tmp_path, snapshot_file=tmp_path / "no folder" / "index.snapshot") as base:
        await enrol(base, 1)
        await base.index.catch_up()
        await delete(base, 1)
        await base.index.catch_up()

        with pytest.raises(FileNotFoundError):
            await base.index.save_snapshot()

        assert base.index_parts[0].snapshot_is_due(1000, 0.0)
        assert base.index.state().snapshot_change is None


async def test_without_a_file_none_is_written(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        await base.index.catch_up()

        await base.index.save_snapshot()

        assert base.index.state().snapshot_change is None


async def test_a_snapshot_that_fails_is_tried_again_after_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(monotonic=lambda: 100.0)
    monkeypatch.setattr(supervise_index_files, "time", clock)
    async with opened(tmp_path, snapshot_file=tmp_path / "no folder" / "index.snapshot") as base:
        supervise_files = SuperviseIndexFiles(base.index_parts[0], snapshot_interval_changes=1)
        await enrol(base, 1)
        await base.index.catch_up()
        attempts, save = list[float](), base.index.save_snapshot

        async def noted() -> None:
            attempts.append(clock.monotonic())
            await save()

        monkeypatch.setattr(base.index, "save_snapshot", noted)
        for now in (100.0, 159.9, 160.0):
            clock.monotonic = lambda now=now: now
            await supervise_files.check()

        assert attempts == [100.0, 160.0]
