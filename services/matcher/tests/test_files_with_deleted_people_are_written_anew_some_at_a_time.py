"""Where the disk has little room, files with deleted people are written anew some at a time."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.index import compaction_plan

from .store_and_index import INDEX, enrol, features, opened

PEOPLE_OF_A_FILE = 3
FILES = 4
DELETED = range(1, PEOPLE_OF_A_FILE * FILES, PEOPLE_OF_A_FILE)
"""One person of each file."""


@pytest.fixture
def snapshot_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The snapshot of a service whose files hold three fingers each."""
    monkeypatch.setattr(compaction_plan, "_SEALED_FINGERS", PEOPLE_OF_A_FILE)
    monkeypatch.setattr(compaction_plan, "_MOST_FINGERS", PEOPLE_OF_A_FILE)
    return tmp_path / "index.snapshot"


def _segments(snapshot_file: Path) -> list[Path]:
    return [*snapshot_file.with_name("index.snapshot.segments").iterdir()]


def _on_disk(snapshot_file: Path) -> list[int]:
    """Those of the deleted people whom a file still holds."""
    content = [file.read_bytes() for file in [snapshot_file, *_segments(snapshot_file)]]
    return [
        person
        for person in DELETED
        if any(features(person)[INDEX].embedding.tobytes() in each for each in content)
    ]


def _with_room_for(files: int, snapshot_file: Path) -> Callable[..., None]:
    """Reserve room for a file as long as there are not more than so many."""
    reserve = os.posix_fallocate

    def reserve_if_there_is_room(descriptor: int, start: int, length: int) -> None:
        if len(_segments(snapshot_file)) > files:
            raise OSError(28, "No space left on device")
        reserve(descriptor, start, length)

    return reserve_if_there_is_room


async def _one_of_each_file_is_deleted(base: StoreAndIndex) -> None:
    for person in range(1, PEOPLE_OF_A_FILE * FILES + 1):
        await enrol(base, person)
        await base.index.catch_up()
        await base.index_parts[0].compact()
    await base.index.save_snapshot()
    async with base.store.write() as records:
        for person in DELETED:
            await records.encounter_changes.delete(f"encounter-{person}")
    await base.index.catch_up()


async def test_room_for_one_more_file_is_enough(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _one_of_each_file_is_deleted(base)
        assert (len(_segments(snapshot_file)), _on_disk(snapshot_file)) == (FILES, [*DELETED])
        only_one_more = _with_room_for(FILES + 1, snapshot_file)
        monkeypatch.setattr(os, "posix_fallocate", only_one_more)

        await base.index.save_snapshot()

        assert _on_disk(snapshot_file) == []
        assert len(_segments(snapshot_file)) <= FILES
        assert not base.index_parts[0].snapshot_is_due(1000, 0.0)


async def test_what_was_written_before_the_disk_was_full_is_not_lost(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _one_of_each_file_is_deleted(base)
        monkeypatch.setattr(compaction_plan, "PURGE_STEPS", 2)  # two files at once
        only_one_more = _with_room_for(FILES + 1, snapshot_file)
        monkeypatch.setattr(os, "posix_fallocate", only_one_more)

        with pytest.raises(OSError, match="No space left"):
            await base.index.save_snapshot()

        assert len(_on_disk(snapshot_file)) == len(DELETED) - 1
        assert len(_segments(snapshot_file)) == FILES
        assert base.index_parts[0].snapshot_is_due(1000, 0.0)
