"""A file of a segment that is not exactly what was written is refused, with the reason."""

import hashlib
import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matcher.comparison.descriptor_quantizer import MOST_LISTS
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import IndexEntry
from matcher.index import compaction_plan, snapshot
from matcher.index.memory_index import MemoryIndex
from matcher.index.segment_folder import SegmentFolder
from numpy.typing import NDArray

from .indexed_entries import index_of
from .random_fingers import random_finger

HEADER = snapshot.SnapshotHeader("", 7, "", "embedding-1", "comparison-1", "lists-1")
Segments = list[dict[str, Any]]
Columns = Mapping[str, NDArray[Any]]


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, MemoryIndex]:
    """A snapshot of thirty people with two fingers, whose index is in use."""
    monkeypatch.setattr(compaction_plan, "_SEALED_FINGERS", 20)
    rng = np.random.default_rng(1)
    index = index_of(
        [
            IndexEntry(
                f"e{n}",
                f"p{n}",
                EncounterStatus.ACTIVE,
                n + 1,
                {2: random_finger(rng), 7: random_finger(rng)},
            )
            for n in range(30)
        ]
    )
    path = tmp_path / "index"
    index.compact(SegmentFolder(path))
    with index.frozen() as frozen:
        snapshot.write(path, HEADER, frozen)
    return path, index


def _files(path: Path) -> list[Path]:
    """The files of its segments, that of position 2 first."""
    header = json.loads(path.read_bytes().partition(b"\n")[0])
    return [path.with_name("index.segments") / each["name"] for each in header["segments"]]


def _cut(file: Path, _: Path) -> None:
    os.truncate(file, file.stat().st_size - 8)


def _lengthened(file: Path, _: Path) -> None:
    file.write_bytes(file.read_bytes() + b"more")


def _removed(file: Path, _: Path) -> None:
    file.unlink()


def _emptied(file: Path, _: Path) -> None:
    os.truncate(file, 0)


def _exchanged(file: Path, other: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(other.read_bytes())
    other.write_bytes(content)


def _one_bit(place: float) -> Callable[[Path, Path], None]:
    def turn(file: Path, _: Path) -> None:
        content = bytearray(file.read_bytes())
        content[int(place * (len(content) - 1))] ^= 1
        file.write_bytes(content)

    return turn


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_cut, "a segment is of another size"),
        (_lengthened, "a segment is of another size"),
        (_emptied, "a segment is of another size"),
        (_removed, r"\[Errno 2\] No such file or directory: .*"),
        (_exchanged, "the checksum of a segment does not fit"),
        (_one_bit(0.0), "the checksum of a segment does not fit"),
        (_one_bit(0.3), "the checksum of a segment does not fit"),
        (_one_bit(0.7), "the checksum of a segment does not fit"),
        (_one_bit(1.0), "the checksum of a segment does not fit"),
    ],
)
def test_a_file_that_was_altered_is_refused(
    saved: tuple[Path, MemoryIndex], damage: Callable[[Path, Path], None], reason: str
) -> None:
    path, _ = saved
    damage(*_files(path))

    with pytest.raises(snapshot.UnusableSnapshot, match=f"^it is damaged: {reason}$"):
        snapshot.read(path, HEADER)


def _renamed(segments: Segments) -> None:
    segments[0]["name"] = "../" + segments[0]["name"]


def _of_another_position(segments: Segments) -> None:
    segments[0]["position"] = 11


def _without_a_field(segments: Segments) -> None:
    del segments[0]["sha256"]


def _negative(segments: Segments) -> None:
    segments[0]["fingers"] = -1


def _huge(segments: Segments) -> None:
    segments[0]["minutiae"] = 10**30


def _swapped(segments: Segments) -> None:
    segments.reverse()


def _without_one(segments: Segments) -> None:
    segments.pop()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_renamed, "it names a segment that can be none"),
        (_of_another_position, "it names a segment that can be none"),
        (_negative, "it names a segment that can be none"),
        (_huge, "it names a segment that can be none"),
        (_without_a_field, r"SegmentFacts.__init__\(\) missing .*"),
        (_swapped, "it tells of a row that its segment has not"),
        (_without_one, "it tells of a segment that it does not name"),
    ],
)
def test_a_header_that_does_not_fit_is_refused_though_its_checksum_fits(
    saved: tuple[Path, MemoryIndex], change: Callable[[Segments], None], reason: str
) -> None:
    path, _ = saved
    line, _, content = path.read_bytes().partition(b"\n")
    header = json.loads(line)
    change(header["segments"])
    _sign(path, header, content)

    with pytest.raises(snapshot.UnusableSnapshot, match=f"^it is damaged: {reason}$"):
        snapshot.read(path, HEADER)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (30, "it tells of a row that its segment has not"),
        (-1, "it tells of a segment that it does not name"),
        (1, "a finger is there twice"),
    ],
)
def test_a_row_that_cannot_be_is_refused_though_its_checksum_fits(
    saved: tuple[Path, MemoryIndex], row: int, reason: str
) -> None:
    path, _ = saved
    line, _, content = path.read_bytes().partition(b"\n")
    header = json.loads(line)
    column = np.arange(30).astype("<i8").tobytes()  # owners of the first file, as well as rows
    place = content.index(column + column) + len(column)
    content = content[:place] + row.to_bytes(8, "little", signed=True) + content[place + 8 :]
    _sign(path, header, content)

    with pytest.raises(snapshot.UnusableSnapshot, match=f"^it is damaged: {reason}$"):
        snapshot.read(path, HEADER)


def _huge_sizes(columns: Columns) -> None:
    columns["list_sizes"][:2] += np.uint64(2**63)  # whose sum seems to fit


def _row_after_the_last(columns: Columns) -> None:
    columns["inverted"][-1] = 30


def _row_before_the_first(columns: Columns) -> None:
    columns["inverted"][-1] = 2**64 - 1


def _list_that_is_none(columns: Columns) -> None:
    columns["lists"][3, 0] = MOST_LISTS


def _finger_that_ends_before_it_begins(columns: Columns) -> None:
    columns["bounds"][3] = columns["bounds"][5]


def _finger_of_too_many_minutiae(columns: Columns) -> None:
    columns["bounds"][1:-1] = columns["bounds"][-1]


@pytest.mark.parametrize(
    "change",
    [
        _huge_sizes,
        _row_after_the_last,
        _row_before_the_first,
        _list_that_is_none,
        _finger_that_ends_before_it_begins,
        _finger_of_too_many_minutiae,
    ],
)
def test_columns_that_cannot_be_are_refused_though_their_checksum_fits(
    saved: tuple[Path, MemoryIndex], change: Callable[[Columns], None]
) -> None:
    path, index = saved
    line, _, content = path.read_bytes().partition(b"\n")
    header = json.loads(line)
    file = _files(path)[0]
    written = next(iter(index._table.fingers[2].files().values())).columns
    changed = {name: column.copy() for name, column in written.items()}
    change(changed)
    for name, column in written.items():
        if column.tobytes() != changed[name].tobytes():
            before = file.read_bytes()
            assert before.count(column.tobytes()) == 1
            file.write_bytes(before.replace(column.tobytes(), changed[name].tobytes()))
    header["segments"][0]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    _sign(path, header, content)

    with pytest.raises(
        snapshot.UnusableSnapshot,
        match=r"^it is damaged: the columns of a segment do not fit each other$",
    ):
        snapshot.read(path, HEADER)


def test_the_index_in_use_goes_on_where_the_files_were_removed(
    saved: tuple[Path, MemoryIndex],
) -> None:
    path, index = saved
    for file in _files(path):
        file.unlink()

    assert len(index.examine(0, 100)[0]) == 30
    assert index.examine(0, 100)[1] == []


def _sign(path: Path, header: dict[str, Any], content: bytes) -> None:
    header.pop("sha256")
    header["sha256"] = snapshot.digest(header, io.BytesIO(content))
    path.write_bytes(json.dumps(header).encode() + b"\n" + content)
