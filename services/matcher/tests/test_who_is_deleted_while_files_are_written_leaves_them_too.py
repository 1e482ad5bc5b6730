"""A person who is deleted while files are written without another leaves the disk soon as well."""

import asyncio
import threading
from pathlib import Path

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.index import compaction_plan, index_snapshots, segment_file

from .store_and_index import INDEX, delete, enrol, features, opened


@pytest.fixture
def snapshot_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The snapshot of a service that seals from three fingers, and purges once for a snapshot."""
    monkeypatch.setattr(compaction_plan, "_SEALED_FINGERS", 3)
    monkeypatch.setattr(index_snapshots, "PURGE_STEPS", 1)
    return tmp_path / "index.snapshot"


async def _delete(base: StoreAndIndex, person: int) -> None:
    await delete(base, person)
    await base.index.catch_up()


async def _saved_while_another_is_deleted(
    base: StoreAndIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Delete person 1, and person 2 while the file without person 1 is written."""
    half_written, go_on = threading.Event(), threading.Event()

    def pause(name: str) -> None:
        if name == "matcher.segment.half_written" and not half_written.is_set():
            half_written.set()
            assert go_on.wait(30)

    for person in range(1, 6):
        await enrol(base, person)
    await base.index.catch_up()
    await base.index.save_snapshot()
    await _delete(base, 1)
    monkeypatch.setattr(segment_file, "failpoint", pause)
    saving = asyncio.create_task(base.index.save_snapshot())
    assert await asyncio.to_thread(half_written.wait, 30)
    await _delete(base, 2)
    go_on.set()
    await saving


def _is_on_disk(person: int, snapshot_file: Path) -> bool:
    embedding = features(person)[INDEX].embedding.tobytes()
    segments = snapshot_file.with_name("index.snapshot.segments").iterdir()
    return any(embedding in file.read_bytes() for file in [snapshot_file, *segments])


async def test_the_next_snapshot_is_due_and_without_that_person(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _saved_while_another_is_deleted(base, monkeypatch)
        assert _is_on_disk(2, snapshot_file)
        assert base.index_parts[0].snapshot_is_due(1000, 0.0)

        await base.index.save_snapshot()

        assert not _is_on_disk(2, snapshot_file)
        assert _is_on_disk(3, snapshot_file)
        assert not base.index_parts[0].snapshot_is_due(1000, 0.0)


async def test_if_the_service_ended_before_it_is_due_at_the_start(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _saved_while_another_is_deleted(base, monkeypatch)

    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await base.index.catch_up()
        assert base.index_parts[0].snapshot_is_due(1000, 60.0)

        await base.index.save_snapshot()

        assert not _is_on_disk(2, snapshot_file)
        assert not base.index_parts[0].snapshot_is_due(1000, 0.0)


async def test_a_start_from_a_snapshot_without_removed_fingers_makes_none_due(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _saved_while_another_is_deleted(base, monkeypatch)
        await base.index.save_snapshot()

    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await base.index.catch_up()

        assert not base.index_parts[0].snapshot_is_due(1000, 0.0)


async def test_a_deletion_is_remembered_if_the_snapshot_fails_in_whatever_way(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_name: str) -> None:
        raise MemoryError

    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _saved_while_another_is_deleted(base, monkeypatch)
        monkeypatch.setattr(segment_file, "failpoint", fail)
        with pytest.raises(MemoryError):
            await base.index.save_snapshot()

        assert base.index_parts[0].snapshot_is_due(1000, 0.0)
