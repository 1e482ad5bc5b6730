"""A new snapshot is safe on disk before it replaces the one before, and leaves nothing behind."""

import io
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import IndexEntry
from matcher.index import snapshot

from .random_fingers import random_finger

HEADER = snapshot.SnapshotHeader("0" * 32, 7, "1" * 12, "embedding-1", "comparison-1", "lists-1")
STATE = ChangeToken("0" * 32, 7, "1" * 12)


def _entries(count: int = 3) -> list[IndexEntry]:
    rng = np.random.default_rng(0)
    return [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: random_finger(rng)})
        for n in range(count)
    ]


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
    snapshot.write(path, HEADER, _entries())

    size = path.stat().st_size
    assert steps[0] == ("draft, no file", size)
    assert [step for step, _ in steps] == ["draft, no file", "folder, new file"]


def test_half_of_it_is_half_of_its_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, half_written = tmp_path / "index.snapshot", list[int]()

    def note(name: str) -> None:
        (draft,) = tmp_path.iterdir()
        half_written.append(draft.stat().st_size)

    monkeypatch.setattr(snapshot, "failpoint", note)
    snapshot.write(path, HEADER, _entries())

    content = path.read_bytes()
    header = content.index(b"\n") + 1
    assert half_written == [header + (len(content) - header) // 2]


def test_what_a_killed_process_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.snapshot"
    (tmp_path / ".index.snapshot.99").write_bytes(b"half")
    open_files = len([*Path("/proc/self/fd").iterdir()])

    snapshot.write(path, HEADER, _entries())

    assert list(tmp_path.iterdir()) == [path]
    assert len([*Path("/proc/self/fd").iterdir()]) == open_files


def test_what_another_process_removes_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.snapshot"
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [self / "removed meanwhile"])

    snapshot.write(path, HEADER, _entries())

    assert snapshot.read(path, HEADER)[0] == STATE


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    path, entries = tmp_path / "index.snapshot", _entries()
    snapshot.write(path, HEADER, entries)

    state, read = snapshot.read(path, HEADER)

    assert state == STATE
    for before, after in zip(entries, read, strict=True):
        assert after.encounter_id == before.encounter_id
        assert after.person_id == before.person_id
        assert after.status is before.status
        assert after.added_by_change == before.added_by_change
        assert (after.fingers[2].embedding == before.fingers[2].embedding).all()
        for part in ("geometry", "descriptors", "minutia_index"):
            stored = getattr(after.fingers[2].prepared, part)
            assert (stored == getattr(before.fingers[2].prepared, part)).all()


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    path, archive = tmp_path / "index.snapshot", io.BytesIO()
    snapshot.write(path, HEADER, _entries())
    header = json.loads(path.read_bytes().partition(b"\n")[0])
    np.savez(archive, encounter_id=np.array([object()]))
    header.pop("sha256")
    header["sha256"] = snapshot.digest(header, archive.getvalue())
    path.write_bytes(json.dumps(header).encode() + b"\n" + archive.getvalue())

    with pytest.raises(snapshot.UnusableSnapshot, match="allow_pickle=False"):
        snapshot.read(path, HEADER)


def test_the_galleries_of_an_encounter_are_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "index.snapshot"
    galleries = [("visitors",), (), ("diplomatic", "visitors")]
    entries = [replace(e, galleries=g) for e, g in zip(_entries(), galleries, strict=True)]

    snapshot.write(path, HEADER, entries)

    _, found = snapshot.read(path, HEADER)
    assert [entry.galleries for entry in found] == galleries
