"""Fingers in files are found as those in memory are, and leave the files with their person."""

import fcntl
import mmap
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index import compaction_plan, snapshot
from matcher.index.memory_checksum import memory_checksum
from matcher.index.memory_index import MemoryIndex
from matcher.index.segment_folder import SegmentFolder
from matcher.ridge_map import MAX_MAP_BYTES, NO_MAP
from numpy.typing import NDArray

from services.captured_logs import captured_logs

from .indexed_entries import entries_in, index_of
from .plain_search import Found, found_by
from .random_fingers import random_descriptors, random_finger

HEADER = snapshot.SnapshotHeader("", 7, "", "embedding-1", "comparison-1", "lists-1")
DEPTHS = (
    SearchDepth(10, 8, 6, 6),
    SearchDepth(10, 8, 6, 6, by_codes=True, signs_only=True),
    SearchDepth(10_000, 8),
)
PEOPLE = 60
SEARCHED = "inverted", "bounds", "upper_bits", "geometry", "descriptors", "minutia_index"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SegmentFolder:
    """A folder for segments, which are sealed from 20 fingers."""
    monkeypatch.setattr(compaction_plan, "_SEALED_FINGERS", 20)
    return SegmentFolder(tmp_path / "index")


def _people(count: int = PEOPLE, seed: int = 1, first: int = 0) -> list[IndexEntry]:
    rng = np.random.default_rng(seed)
    kinds = random_descriptors(rng, 8)
    return [
        IndexEntry(
            f"e{n}",
            f"p{n}",
            EncounterStatus.ACTIVE,
            n + 1,
            {p: random_finger(rng, int(rng.integers(1, 40)), kinds) for p in (2, 7)},
            galleries=("visitors",) if n % 3 else (),
        )
        for n in range(first, first + count)
    ]


def _without_maps(entry: IndexEntry) -> IndexEntry:
    fingers = {
        position: replace(finger, prepared=replace(finger.prepared, ridge_map=NO_MAP))
        for position, finger in entry.fingers.items()
    }
    return replace(entry, fingers=fingers)


def _shortlists(index: MemoryIndex, probes: list[IndexEntry]) -> list[Found]:
    scopes = (SearchScope(), SearchScope(galleries=("visitors",), added_before=50))
    return [
        found_by(index.search(probe.fingers, scope, depth))
        for probe in probes
        for scope in scopes
        for depth in DEPTHS
    ]


def _held(index: MemoryIndex) -> dict[str, int]:
    return {entry.encounter_id: memory_checksum(entry) for entry in entries_in(index)}


def _rows(index: MemoryIndex) -> list[tuple[bool, int, int]]:
    """Of each segment of a position: is it a file, how many fingers and rows has it?"""
    segments = index._table.fingers[2]._segments.values()
    return sorted((each.file is not None, len(each), each.row_count) for each in segments)


def _save(index: MemoryIndex, folder: SegmentFolder) -> Path:
    path = folder.path.with_suffix("")
    with index.frozen() as frozen:
        snapshot.write(path, HEADER, frozen)
    return path


def _on_disk(folder: SegmentFolder, finger: FingerFeatures) -> bool:
    """Whether a file holds the embedding, the geometry, a descriptor or the map of a finger."""
    files = [path.read_bytes() for path in folder.path.parent.rglob("*") if path.is_file()]
    parts = [finger.embedding, finger.prepared.geometry, finger.prepared.descriptors[0]]
    parts += [finger.prepared.ridge_map] if finger.prepared.has_map else []
    return any(part.tobytes() in file for part in parts for file in files)


def test_however_they_are_divided_the_same_are_found(folder: SegmentFolder) -> None:
    people, in_memory = _people(), index_of(_people())
    all_sealed = index_of(people)
    assert all_sealed.compact(folder)
    several = index_of([])
    for start in range(0, PEOPLE, 25):
        several.update((), people[start : start + 25])
        several.compact(folder)
    read = snapshot.read(_save(several, folder), HEADER)

    shortlists = [
        _shortlists(index, people[::7]) for index in (in_memory, all_sealed, several, read)
    ]

    assert _rows(all_sealed) == [(False, 0, 0), (True, 60, 60)]
    assert _rows(several) == [(False, 10, 10), (True, 50, 50)]
    assert shortlists[1:] == [shortlists[0]] * 3
    assert _held(in_memory) == _held(all_sealed) == _held(several) == _held(read)


def test_a_search_after_the_start_finds_every_page_mapped(folder: SegmentFolder) -> None:
    written = index_of(_people(400))
    written.compact(folder)
    read = snapshot.read(_save(written, folder), HEADER)

    for index in (written, read):
        for fingers in index._table.fingers.values():
            for segment in fingers._segments.values():
                if segment.file is not None:
                    columns = segment.file.columns
                    assert [name for name in SEARCHED if not _is_mapped(columns[name])] == []


def _is_mapped(column: NDArray[np.generic]) -> bool:
    """Whether the process has every page of a column, as proc_pid_pagemap(5) tells."""
    first = column.ctypes.data // mmap.PAGESIZE
    last = (column.ctypes.data + column.nbytes - 1) // mmap.PAGESIZE
    with Path("/proc/self/pagemap").open("rb", buffering=0) as pages:
        pages.seek(8 * first)
        entries = np.frombuffer(pages.read(8 * (last - first + 1)), np.uint64)
    return bool((entries >> np.uint64(63)).all())


def test_their_memory_is_given_back(folder: SegmentFolder) -> None:
    index = index_of(_people())
    before = index.size

    index.compact(folder)

    assert index.size[:2] == before[:2] == (60, 120)
    assert index.size[2] < before[2] / 3
    assert not index.compact(folder)


def test_maps_of_ridges_take_room_only_if_there_are_any(folder: SegmentFolder) -> None:
    mapped, plain = index_of(_people()), index_of([_without_maps(each) for each in _people()])

    sizes = []
    for index in (mapped, plain):
        index.compact(folder)
        files = [each.file for each in index._table.fingers[2]._segments.values()]
        sizes += [each.facts.size_bytes for each in files if each is not None]

    assert sizes[0] - sizes[1] == pytest.approx(PEOPLE * MAX_MAP_BYTES, abs=64)


def test_small_files_become_one_up_to_a_size(
    folder: SegmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction_plan, "_MOST_FINGERS", 45)
    index = index_of([])

    for start in range(0, 100, 20):
        index.update((), _people(20, seed=start, first=start))
        index.compact(folder)

    assert _rows(index) == [(False, 0, 0), (True, 20, 20), (True, 40, 40), (True, 40, 40)]


def test_a_file_is_written_once_however_often_a_status_changes(folder: SegmentFolder) -> None:
    index = index_of(people := _people())
    index.compact(folder)
    fraud = [replace(entry, status=EncounterStatus.FRAUD) for entry in people]

    index.update((), fraud)
    index.update((), [replace(entry, person_id="one") for entry in fraud[:30]])

    assert _rows(index) == [(False, 0, 0), (True, 60, 60)]
    assert not index.compact(folder, purge=True)
    assert index.examine(0, 100)[1] == []
    assert {entry.status for entry in entries_in(index)} == {EncounterStatus.FRAUD}


def test_another_finger_takes_the_place_of_one_in_a_file(folder: SegmentFolder) -> None:
    index = index_of(people := _people())
    index.compact(folder)
    other = {**people[3].fingers, 2: random_finger(np.random.default_rng(9))}

    index.update((), [replace(people[3], fingers=other)])
    index.compact(folder, purge=True)
    _save(index, folder)

    assert _rows(index) == [(False, 1, 1), (True, 59, 59)]
    assert not _on_disk(folder, people[3].fingers[2])
    assert _on_disk(folder, people[3].fingers[7])


def test_whoever_is_deleted_leaves_the_files(folder: SegmentFolder) -> None:
    index = index_of(people := _people())
    index.compact(folder)
    _save(index, folder)
    assert _on_disk(folder, people[5].fingers[2])

    index.update(["e5"], ())
    assert not index.compact(folder), "one of sixty is not much"
    assert index.compact(folder, purge=True)
    path = _save(index, folder)

    assert not _on_disk(folder, people[5].fingers[2])
    assert len([*folder.path.iterdir()]) == 2
    assert _held(snapshot.read(path, HEADER)) == _held(index_of(people[:5] + people[6:]))


def test_if_all_of_a_file_are_deleted_nothing_is_left(folder: SegmentFolder) -> None:
    index = index_of(people := _people())
    index.compact(folder)
    _save(index, folder)

    index.update([entry.encounter_id for entry in people], ())
    index.compact(folder, purge=True)
    _save(index, folder)

    assert [*folder.path.iterdir()] == []
    assert _rows(index) == [(False, 0, 0)]


def test_a_file_without_descriptors_is_searched(folder: SegmentFolder) -> None:
    people = [
        replace(
            entry,
            fingers={
                p: replace(finger, lists=np.empty((0, 1), np.uint16))
                for p, finger in entry.fingers.items()
            },
        )
        for entry in _people()
    ]
    index = index_of(people)

    index.compact(folder)

    assert _rows(index) == [(False, 0, 0), (True, 60, 60)]
    assert _shortlists(index, people[:2]) == _shortlists(index_of(people), people[:2])


def test_where_the_disk_is_full_they_stay_in_memory(
    folder: SegmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, reserve = _people(), os.posix_fallocate
    index = index_of(people)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        index.compact(folder)
    index.update((), more := _people(5, seed=2, first=100))

    assert [*folder.path.iterdir()] == []
    assert _shortlists(index, people[:3]) == _shortlists(index_of(people + more), people[:3])

    monkeypatch.setattr(os, "posix_fallocate", reserve)
    assert index.compact(folder)
    assert _rows(index) == [(False, 5, 5), (True, 60, 60)]


def test_files_of_others_stay_as_long_as_these_use_them(folder: SegmentFolder) -> None:
    index = index_of(_people())
    index.compact(folder)
    path = _save(index, folder)
    used, left = folder.new_file(), folder.new_file()
    used.write_bytes(b"of another process")
    left.write_bytes(b"of a process that was killed")

    with used.open("rb") as by_another_process:
        fcntl.flock(by_another_process, fcntl.LOCK_SH)
        snapshot.read(path, HEADER)
        assert (used.exists(), left.exists()) == (True, False)
    _save(index, folder)

    assert not used.exists()
    assert _held(snapshot.read(path, HEADER)) == _held(index)


def test_what_is_no_segment_is_left_alone(folder: SegmentFolder) -> None:
    index = index_of(_people())
    index.compact(folder)
    left = folder.new_file()
    left.write_bytes(b"of a process that was killed")
    (folder.path / "lost+found").mkdir()
    (folder.path / "notes").write_text("of an administrator")

    path = _save(index, folder)

    assert _held(snapshot.read(path, HEADER)) == _held(index)
    assert (folder.path / "lost+found").exists()
    assert (folder.path / "notes").exists()
    assert not left.exists()


def test_what_cannot_be_removed_is_logged(folder: SegmentFolder) -> None:
    index = index_of(_people())
    index.compact(folder)
    stays, left = folder.new_file(), folder.new_file()
    stays.mkdir()  # not even root can unlink it
    left.write_bytes(b"of a process that was killed")

    with captured_logs() as logs:
        path = _save(index, folder)

    assert _held(snapshot.read(path, HEADER)) == _held(index)
    assert not left.exists()
    assert [(log["event"], log["path"]) for log in logs] == [("segment_not_removed", str(stays))]


def test_no_process_names_the_first_files_while_another_removes_some(
    folder: SegmentFolder,
) -> None:
    with folder.locked():
        folder.new_file().write_bytes(b"of another process, which is about to name it")

        in_use = os.open(folder.path.parent, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(in_use)


def test_what_was_written_for_the_next_snapshot_stays(folder: SegmentFolder) -> None:
    index = index_of(people := _people())
    index.compact(folder)
    path = _save(index, folder)

    index.update(["e5"], ())
    index.compact(folder, purge=True)
    snapshot.read(path, HEADER)

    assert len([*folder.path.iterdir()]) == 4
    _save(index, folder)
    assert _held(snapshot.read(path, HEADER)) == _held(index_of(people[:5] + people[6:]))


def test_files_are_on_the_disk_before_a_snapshot_names_them(
    folder: SegmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, synced, snapshot_file = index_of(_people()), list[str](), folder.path.with_suffix("")

    def fsync(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink()
        what = "folder" if name.is_dir() else "file"
        where = "of segments" if folder.path in (name, name.parent) else "of the snapshot"
        synced.append(f"{what} {where}{', named' if snapshot_file.exists() else ''}")

    monkeypatch.setattr(os, "fsync", fsync)
    index.compact(folder)
    _save(index, folder)

    assert synced == [
        "file of segments",
        "file of segments",
        "file of the snapshot",
        "folder of segments",
        "folder of the snapshot, named",
    ]


def test_files_are_readable_by_the_service_only(folder: SegmentFolder) -> None:
    index_of(_people()).compact(folder)

    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.path.iterdir()} <= {0o600}
