"""A snapshot is on the disk before it takes the place of the last one, and so is its name."""

import os
import stat
from pathlib import Path

import pytest
from matcher.index import snapshot
from matcher.index.snapshot import SnapshotHeader

from .indexed_entries import index_of


def test_file_and_folder_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "index.snapshot"
    synced = []

    def fsync(descriptor: int) -> None:
        what = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        synced.append((what, path.exists()))

    monkeypatch.setattr("os.fsync", fsync)
    with index_of([]).frozen() as frozen:
        snapshot.write(path, SnapshotHeader("epoch", 0, "h", "e", "c", "q"), frozen)

    assert synced == [("file", False), ("folder", True)]
