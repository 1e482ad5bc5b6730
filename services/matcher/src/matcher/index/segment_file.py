"""How does a sealed segment of one position lie in a file, which is written once and mapped?

First the inverted lists, end to end, see `mapped_lists`: of each list its descriptors, then their
rows. Then the columns of the fingers, each aligned. A file does not describe itself: the snapshot
that names it holds its `SegmentFacts`.
"""

import fcntl
import hashlib
import mmap
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from servicekit.process.failpoint import failpoint

from matcher.comparison.descriptor import DESCRIPTOR_WORDS
from matcher.comparison.descriptor_quantizer import LISTED_MINUTIAE, MOST_LISTS
from matcher.embedding.embedding_network import EMBEDDING_SIZE
from matcher.index.embedding_codes import CODES_PER_BLOCK, HALF_WORDS, EmbeddingCodes
from matcher.index.index_columns import NO_LIST, FingerColumns
from matcher.jit import compiled
from matcher.minutiae import MAX_MINUTIAE
from matcher.ridge_map import MAX_MAP_BYTES, NO_MAP

_ALIGNMENT = 64
LISTED_WORDS = DESCRIPTOR_WORDS + 1
"""Words of a descriptor in its list, and of its row."""
_PIECE_BYTES = 1 << 20

_OF_FINGERS = {"embedding", "lists", "geometry", "descriptors", "minutia_index", "ridge_map"}

Column = NDArray[Any]
Words = NDArray[np.uint64]
ListSizes = NDArray[np.uint64]
"""How many descriptors each inverted list has, uint64 (MOST_LISTS,)."""


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """What a snapshot says of a file that it names.

    descriptors: in all inverted lists. maps: whether any finger has a map of its ridges. sha256: of
    the whole file, hexadecimal.
    """

    name: str
    position: int
    fingers: int
    minutiae: int
    descriptors: int
    maps: bool
    sha256: str

    @property
    def size_bytes(self) -> int:
        """Size of the file, bytes."""
        *_, (_, start, dtype, shape) = _layout(self)
        return start + _size(dtype, shape)


@dataclass(frozen=True, slots=True, eq=False)
class SegmentFile:
    """A file that is mapped. It is locked, and so is not removed, as long as a column is in use.

    columns: by name, read-only; inverted (the lists, uint64), list_sizes, bounds (where the
    minutiae of each finger begin, int64 (fingers + 1,)), upper and lower bits of the embeddings'
    codes, and those of FingerColumns but owner and minutiae. Maps that the file does not hold are
    zeros.
    """

    path: Path
    facts: SegmentFacts
    columns: Mapping[str, Column]


def write_segment(
    path: Path, facts: SegmentFacts, list_sizes: ListSizes, parts: Iterable[FingerColumns]
) -> SegmentFile:
    """Write a file, and map it. facts: but for its checksum; parts: all of its fingers.

    Takes memory for the inverted lists, about 1 kB a finger. Raises OSError; what was written of
    the file by then is removed.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _lock(descriptor)
        os.posix_fallocate(descriptor, 0, facts.size_bytes)
        _write_columns(descriptor, facts, list_sizes, parts)
        os.fsync(descriptor)
        failpoint("matcher.segment.written")
        with open(descriptor, "rb", buffering=0, closefd=False) as content:
            sha256 = _digest(content)
        return _mapped(path, replace(facts, sha256=sha256), descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def map_segment(path: Path, facts: SegmentFacts) -> SegmentFile:
    """Map a file, unread. Raises OSError, or ValueError for one of another size."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _lock(descriptor)
        return _mapped(path, facts, descriptor)
    finally:
        os.close(descriptor)


def check_segment(file: SegmentFile) -> None:
    """Read a whole file; raise OSError, or ValueError for one that is not what was written."""
    with file.path.open("rb", buffering=0) as content:
        if _digest(content) != file.facts.sha256:
            raise ValueError("the checksum of a segment does not fit")
    bounds, lists = file.columns["bounds"], file.columns["lists"]
    fits = bounds[0] == 0 and bounds[-1] == file.facts.minutiae
    minutiae = np.diff(bounds)
    fits &= bool(((minutiae >= 0) & (minutiae <= MAX_MINUTIAE)).all())
    fits &= bool(((lists < MOST_LISTS) | (lists == NO_LIST)).all())
    sizes = file.columns["list_sizes"]
    # Each as well as their sum, which begins anew at 2**64.
    fits &= bool((sizes <= file.facts.descriptors).all())
    fits &= int(sizes.sum()) == file.facts.descriptors
    fits = fits and _are_rows(file.columns["inverted"], sizes, np.uint64(file.facts.fingers))
    if not fits:
        raise ValueError("the columns of a segment do not fit each other")


def touch(column: Column) -> None:
    """Let every page of a mapped column be where the process finds it, so that no search waits."""
    content = column.reshape(-1).view(np.uint8)
    content[:: mmap.PAGESIZE].max(initial=0)
    content[-1:].max(initial=0)


def remove_unless_in_use(path: Path) -> None:
    """Remove a file, unless a process has it mapped or is writing it. Raises OSError."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:  # it could not be written to its end
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        failpoint("matcher.segment.before_removal")
        path.unlink()
    except BlockingIOError:
        pass
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    if not os.fstat(descriptor).st_nlink:
        raise FileNotFoundError("a segment was removed before it was in use")


def _mapped(path: Path, facts: SegmentFacts, descriptor: int) -> SegmentFile:
    if os.fstat(descriptor).st_size != facts.size_bytes:
        raise ValueError("a segment is of another size")
    content = mmap.mmap(descriptor, 0, prot=mmap.PROT_READ)  # which keeps the lock
    columns = {
        name: np.frombuffer(content, dtype, int(np.prod(shape)), start).reshape(shape)
        for name, start, dtype, shape in _layout(facts)
    }
    columns.setdefault("ridge_map", np.broadcast_to(NO_MAP, (facts.fingers, MAX_MAP_BYTES)))
    return SegmentFile(path, facts, columns)


def _layout(facts: SegmentFacts) -> Iterator[tuple[str, int, str, tuple[int, ...]]]:
    """Yield the name of each column, where it begins, its type and its shape."""
    fingers, minutiae = facts.fingers, facts.minutiae
    half_of_codes = -(-fingers // CODES_PER_BLOCK), HALF_WORDS, CODES_PER_BLOCK
    columns: tuple[tuple[str, str, tuple[int, ...]], ...] = (
        ("inverted", "<u8", (facts.descriptors * LISTED_WORDS,)),
        ("list_sizes", "<u8", (MOST_LISTS,)),
        ("bounds", "<i8", (fingers + 1,)),
        ("upper_bits", "<u8", half_of_codes),
        ("lower_bits", "<u8", half_of_codes),
        ("embedding", "<f2", (fingers, EMBEDDING_SIZE)),
        ("lists", "<u2", (fingers, LISTED_MINUTIAE)),
        ("geometry", "<i2", (minutiae, 4)),
        ("descriptors", "<u8", (minutiae, DESCRIPTOR_WORDS)),
        ("minutia_index", "<u1", (minutiae,)),
        *([("ridge_map", "<u1", (fingers, MAX_MAP_BYTES))] if facts.maps else []),
    )
    start = 0
    for name, dtype, shape in columns:
        start += -start % _ALIGNMENT
        yield name, start, dtype, shape
        start += _size(dtype, shape)


@compiled
def _are_rows(inverted: Words, sizes: ListSizes, fingers: np.uint64) -> bool:
    """Return whether each descriptor in the lists is of one of so many fingers."""
    end = np.int64(0)
    for size in sizes:
        end += np.int64(size) * LISTED_WORDS
        for row in inverted[end - np.int64(size) : end]:
            if row >= fingers:
                return False
    return True


def _size(dtype: str, shape: tuple[int, ...]) -> int:
    return np.dtype(dtype).itemsize * int(np.prod(shape, dtype=np.int64))


def _write_columns(
    descriptor: int, facts: SegmentFacts, list_sizes: ListSizes, parts: Iterable[FingerColumns]
) -> None:
    ends = {name: start for name, start, _, _ in _layout(facts)}
    inverted, codes = _InvertedLists(list_sizes), EmbeddingCodes()

    def append(name: str, column: Column) -> None:
        ends[name] = _write(descriptor, column, ends[name])

    append("list_sizes", list_sizes)
    append("bounds", np.zeros(1, np.int64))
    row = minutia = 0
    for part in parts:
        bounds = minutia + np.cumsum(part.minutiae, dtype=np.int64)
        inverted.add(row, bounds - minutia - part.minutiae, part)
        append("bounds", bounds)
        codes.add(part.embedding)
        for name in _OF_FINGERS & ends.keys():
            append(name, getattr(part, name))
        row, minutia = row + len(bounds), int(bounds[-1])
        failpoint("matcher.segment.half_written")
    for name, half in zip(("upper_bits", "lower_bits"), codes.halves, strict=True):
        append(name, half)
    _write(descriptor, inverted.words, 0)


class _InvertedLists:
    """Inverted lists in memory, as they lie in a file."""

    def __init__(self, sizes: ListSizes) -> None:
        self._sizes = sizes.astype(np.int64)
        ends = np.cumsum(self._sizes)
        self._starts = (ends - self._sizes) * LISTED_WORDS
        self._filled = np.zeros_like(self._starts)
        self.words = np.empty(int(ends[-1]) * LISTED_WORDS, np.uint64)

    def add(self, first: int, starts: NDArray[np.int64], part: FingerColumns) -> None:
        """Add fingers, whose minutiae begin there. first: the row of the first of them."""
        row, minutia = np.nonzero(part.lists != NO_LIST)
        of_list = part.lists[row, minutia]
        order = np.argsort(of_list, kind="stable")
        number = of_list[order].astype(np.int64)
        begins = np.flatnonzero(np.r_[True, number[1:] != number[:-1]]) if len(number) else number
        counts = np.diff(np.r_[begins, len(number)])
        place = np.arange(len(number)) - np.repeat(begins, counts) + self._filled[number]
        self._filled[number[begins]] += counts
        codes = part.descriptors[starts[row[order]] + minutia[order]]
        at = self._starts[number] + DESCRIPTOR_WORDS * place
        self.words[at[:, None] + np.arange(DESCRIPTOR_WORDS)] = codes
        rows = self._starts[number] + DESCRIPTOR_WORDS * self._sizes[number] + place
        self.words[rows] = (first + row[order]).astype(np.uint64)


def _write(descriptor: int, column: Column, start: int) -> int:
    """Write a column at a place of a file, and return where it ends."""
    content = np.ascontiguousarray(column).view(np.uint8).reshape(-1).data
    written = 0
    while written < len(content):
        piece = content[written : written + _PIECE_BYTES]
        written += os.pwrite(descriptor, piece, start + written)
    return start + written


def _digest(content: FileIO) -> str:
    return hashlib.file_digest(content, "sha256").hexdigest()
