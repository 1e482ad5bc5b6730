"""A process that is killed at any step of sealing leaves the snapshot before it, or the next."""

from pathlib import Path

import numpy as np
import pytest
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import IndexEntry
from matcher.index import compaction_plan, snapshot
from matcher.index.memory_checksum import memory_checksum
from matcher.index.memory_index import MemoryIndex
from matcher.index.segment_folder import SegmentFolder
from servicekit.process import failpoint

from services.forked_processes import FORKED

from .indexed_entries import entries_in, index_of
from .random_fingers import random_finger

HEADER = snapshot.SnapshotHeader("", 7, "", "embedding-1", "comparison-1", "lists-1")
KILLED = -9
DELETED = "e5"


def _people(first: int, end: int) -> list[IndexEntry]:
    rng = np.random.default_rng(first)
    return [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n + 1, {2: random_finger(rng)})
        for n in range(first, end)
    ]


def _save(path: Path, index: MemoryIndex) -> None:
    index.compact(SegmentFolder(path), purge=True)
    with index.frozen() as frozen:
        snapshot.write(path, HEADER, frozen)


def _change(index: MemoryIndex) -> None:
    index.update([DELETED], _people(40, 70))


def _read_change_and_save(path: Path, armed: str) -> None:
    """What the process does that is killed."""
    _seal_small_ones()
    index = snapshot.read(path, HEADER)
    _change(index)
    failpoint.arm(armed)
    _save(path, index)


def _seal_small_ones() -> None:
    compaction_plan._SEALED_FINGERS = 20
    compaction_plan._COPIED_AT_ONCE = 16


def _held(index: MemoryIndex) -> dict[str, int]:
    return {entry.encounter_id: memory_checksum(entry) for entry in entries_in(index)}


@pytest.mark.parametrize(
    ("place", "is_saved"),
    [
        ("matcher.segment.half_written", False),
        ("matcher.segment.half_written:3", False),
        ("matcher.segment.written", False),
        ("matcher.snapshot.half_written", False),
        ("matcher.snapshot.before_rename", False),
        ("matcher.snapshot.after_rename", True),
        ("matcher.segment.before_removal", True),
    ],
)
def test_the_next_start_reads_one_of_both_and_cleans_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, is_saved: bool
) -> None:
    monkeypatch.setattr(compaction_plan, "_SEALED_FINGERS", 20)
    path, before = tmp_path / "index", index_of(_people(0, 40))
    _save(path, before)
    held = _held(before)
    del before  # which has its files mapped
    deleted = _people(0, 40)[5].fingers[2].embedding.tobytes()

    process = FORKED.Process(target=_read_change_and_save, args=(path, place))
    process.start()
    process.join()

    assert process.exitcode == KILLED
    after = index_of(_people(0, 40))
    _change(after)
    restarted = snapshot.read(path, HEADER)
    assert _held(restarted) == (_held(after) if is_saved else held)
    _change(restarted)
    _save(path, restarted)
    assert _held(snapshot.read(path, HEADER)) == _held(after)
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert not [each for each in files if deleted in each.read_bytes()]
    assert len(files) == 1 + len(restarted._table.fingers[2].files())
