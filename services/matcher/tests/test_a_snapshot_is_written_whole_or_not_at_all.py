"""A new snapshot is safe on disk before it replaces the one before, and leaves nothing behind."""

import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import IndexEntry
from matcher.index import frozen_index, snapshot
from matcher.index.id_table import ID_BYTES
from matcher.index.snapshot_columns import LENGTHS_BYTES

from .indexed_entries import entries_in, index_of
from .random_fingers import random_finger

HEADER = snapshot.SnapshotHeader("0" * 32, 7, "1" * 12, "embedding-1", "comparison-1", "lists-1")
STATE = ChangeToken("0" * 32, 7, "1" * 12)


def _entries(count: int = 3) -> list[IndexEntry]:
    rng = np.random.default_rng(0)
    return [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: random_finger(rng)})
        for n in range(count)
    ]


def _write(path: Path, entries: list[IndexEntry]) -> None:
    with index_of(entries).frozen() as frozen:
        snapshot.write(path, HEADER, frozen)


def test_it_is_on_disk_before_it_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, steps = tmp_path / "index.snapshot", list[tuple[str, int]]()
    sync = os.fsync

    def noted(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        kind = "folder" if target.is_dir() else "draft"
        steps.append((f"{kind}, {'new' if path.exists() else 'no'} file", target.stat().st_size))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    _write(path, _entries())

    size = path.stat().st_size
    assert steps[0] == ("draft, no file", size)
    assert [step for step, _ in steps] == ["draft, no file", "folder, new file"]


def test_a_draft_that_was_cut_off_has_no_checksum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, half_written = tmp_path / "index.snapshot", list[bytes]()
    monkeypatch.setattr(frozen_index, "_ENCOUNTERS_AT_ONCE", 2)

    def note(name: str) -> None:
        if name == "matcher.snapshot.half_written":
            (draft,) = tmp_path.iterdir()
            half_written.append(draft.read_bytes())

    monkeypatch.setattr(snapshot, "failpoint", note)
    _write(path, _entries())

    half, whole = half_written
    assert len(half) < len(whole) == path.stat().st_size
    path.write_bytes(whole)
    with pytest.raises(snapshot.UnusableSnapshot, match="its checksum does not fit"):
        snapshot.read(path, HEADER)


def test_what_a_killed_process_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.snapshot"
    (tmp_path / ".index.snapshot.99").write_bytes(b"half")
    open_files = len([*Path("/proc/self/fd").iterdir()])

    _write(path, _entries())

    assert list(tmp_path.iterdir()) == [path]
    assert len([*Path("/proc/self/fd").iterdir()]) == open_files


def test_where_the_disk_is_full_no_draft_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.snapshot"
    _write(path, _entries())
    before = path.read_bytes()

    def full(_name: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot, "failpoint", full)
    with pytest.raises(OSError, match="No space left"):
        _write(path, _entries(5))

    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("header", "is_replaced"),
    [
        (replace(HEADER, change=6, log_hash="2" * 12), False),
        (HEADER, True),
        (replace(HEADER, change=8, log_hash="2" * 12), True),
        (replace(HEADER, change=6, database_epoch="3" * 32), True),
        (replace(HEADER, change=6, embedding_version="embedding-2"), True),
    ],
)
def test_a_slower_process_replaces_none_of_a_later_change(
    tmp_path: Path, header: snapshot.SnapshotHeader, is_replaced: bool
) -> None:
    path = tmp_path / "index.snapshot"
    _write(path, _entries(3))

    with index_of(_entries(2)).frozen() as slower:
        snapshot.write(path, header, slower)

    assert snapshot.describe(path).encounters == (2 if is_replaced else 3)
    assert list(tmp_path.iterdir()) == [path]


def test_what_another_process_removes_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.snapshot"
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [self / "removed meanwhile"])

    _write(path, _entries())

    assert snapshot.read(path, HEADER).change_token == STATE


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    path, entries = tmp_path / "index.snapshot", _entries()
    _write(path, entries)

    read = snapshot.read(path, HEADER)

    assert read.change_token == STATE
    for before, after in zip(entries, entries_in(read), strict=True):
        assert after.encounter_id == before.encounter_id
        assert after.person_id == before.person_id
        assert after.status is before.status
        assert after.added_by_change == before.added_by_change
        assert (after.fingers[2].embedding == before.fingers[2].embedding).all()
        for part in ("geometry", "descriptors", "minutia_index"):
            stored = getattr(after.fingers[2].prepared, part)
            assert (stored == getattr(before.fingers[2].prepared, part)).all()


def _with_an_unknown_status(content: bytes) -> bytes:
    start = LENGTHS_BYTES + 2 * len(_entries()) * ID_BYTES
    return content[:start] + b"\x63" + content[start + 1 :]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content[:-8], "buffer is smaller than requested size"),
        (lambda content: content + b"more", "buffer is smaller than requested size"),
        (lambda content: b"\xff" * 8 + content[8:], "a column of it has no length"),
        (_with_an_unknown_status, "its columns do not fit each other"),
        (lambda content: content + content, "an encounter is there twice"),
    ],
)
def test_what_does_not_fit_together_is_refused_though_its_checksum_fits(
    tmp_path: Path, damage: Callable[[bytes], bytes], reason: str
) -> None:
    path = tmp_path / "index.snapshot"
    _write(path, _entries())
    line, _, content = path.read_bytes().partition(b"\n")
    header = json.loads(line)
    header.pop("sha256")
    header["sha256"] = snapshot.digest(header, io.BytesIO(damage(content)))
    path.write_bytes(json.dumps(header).encode() + b"\n" + damage(content))

    with pytest.raises(snapshot.UnusableSnapshot, match=f"^it is damaged: {reason}"):
        snapshot.read(path, HEADER)


def test_the_galleries_of_an_encounter_are_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "index.snapshot"
    galleries = [("visitors",), (), ("diplomatic", "visitors")]
    entries = [replace(e, galleries=g) for e, g in zip(_entries(), galleries, strict=True)]

    _write(path, entries)

    found = entries_in(snapshot.read(path, HEADER))
    assert [entry.galleries for entry in found] == galleries
