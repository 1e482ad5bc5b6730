"""Which row has an id? Ids of encounters or persons in one column, found by a hash."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matcher.index.growable_array import GrowableArray
from matcher.index.row_ids import RowIds
from matcher.jit import compiled

ID_BYTES = 64
"""Longest id of the contract; shorter ones are followed by zeros, which no id contains."""
NO_ROW = -1
_WORDS = ID_BYTES // 8
_FACTOR = np.uint64(0xFF51AFD7ED558CCD)  # odd and well mixed, from MurmurHash3's fmix64
_SHIFT = np.uint64(32)

Rows = NDArray[np.int64]
Ids = NDArray[np.bytes_]
"""Ids, S64 (n,)."""
Words = NDArray[np.uint64]
"""Ids as numbers, uint64 (n, 8)."""
Links = NDArray[np.int32]
"""Rows in linked lists: by bucket the first one, by row the next; NO_ROW after the last."""


def ids_of(ids: Iterable[str]) -> Ids:
    """Return ids as a column. Raises ValueError for one that does not fit."""
    encoded = [each.encode() for each in ids]
    if not all(0 < len(each) <= ID_BYTES and b"\0" not in each for each in encoded):
        raise ValueError(f"an id has 1 to {ID_BYTES} bytes, none of them zero")
    return np.array(encoded, f"S{ID_BYTES}")


class IdTable:
    """Ids by row, found by a hash and told apart by all their bytes.

    Buckets are split one at a time as ids are added (linear hashing: Litwin, VLDB 1980), so no
    addition takes longer than others. A row that was removed keeps its id until it is wiped, and is
    used again then.
    """

    def __init__(self) -> None:
        self._row_ids = RowIds()
        self._words = GrowableArray(np.uint64, _WORDS)
        self._next = GrowableArray(np.int32)
        self._first = GrowableArray(np.int32, blank=NO_ROW)  # by bucket
        self._first.lengthen(1)
        self._buckets = 1
        self._count = 0

    def __len__(self) -> int:
        """Return how many ids there are, removed ones left out."""
        return self._count

    @property
    def row_count(self) -> int:
        """How many rows there are, unused ones included."""
        return self._row_ids.row_count

    @property
    def size_bytes(self) -> int:
        """Memory that its rows take, bytes; what is reserved for growth is not counted."""
        return sum(part.rows.nbytes for part in (self._words, self._next, self._first))

    def row_of(self, wanted: str) -> int:
        """Return the row of an id; NO_ROW if there is no such id."""
        encoded = wanted.encode()
        if len(encoded) > ID_BYTES:
            return NO_ROW
        word = np.frombuffer(encoded.ljust(ID_BYTES, b"\0"), np.uint64)
        columns = self._words.rows, self._first.rows, self._next.rows
        return int(_find(word, *columns, self._buckets))

    def find(self, ids: Ids) -> Rows:
        """Return the row of each id, int64 (n,); NO_ROW where there is no such id."""
        columns = self._words.rows, self._first.rows, self._next.rows
        return _find_all(_words_of(ids), *columns, self._buckets)

    def add(self, ids: Ids) -> tuple[Rows, int]:
        """Return the row of each id, and how many of them are new."""
        words = _words_of(ids)
        free = self._row_ids.next(len(words))
        self._words.lengthen(rows := int(free.max(initial=NO_ROW)) + 1)
        self._next.lengthen(rows)
        self._first.lengthen(self._buckets + len(words))
        columns = self._words.rows, self._first.rows, self._next.rows
        found, new, self._buckets = _add(words, free, *columns, self._count, self._buckets)
        self._count += new
        self._row_ids.use(new)
        return found, new

    def remove(self, row: int) -> None:
        """Let the id of a row not be found any more."""
        _remove(row, self._words.rows, self._first.rows, self._next.rows, self._buckets)
        self._count -= 1

    def wipe(self, row: int) -> None:
        """Overwrite the id of a row that was removed, and let the row be used again."""
        self._words.rows[row] = 0
        self._row_ids.release(row)

    def id(self, row: int) -> str:
        """Return the id of a row."""
        return bytes(self._words.rows[row]).rstrip(b"\0").decode()

    def ids(self, rows: NDArray[np.integer]) -> Ids:
        """Return the ids of rows, S64 (n,)."""
        return np.asarray(self._words.rows[rows].view(f"S{ID_BYTES}")[:, 0])


def _words_of(ids: Ids) -> Words:
    return np.ascontiguousarray(ids).view(np.uint64).reshape(-1, _WORDS)


@compiled
def _hash(word: Words) -> np.uint64:
    """Return a hash of an id, uint64 (8,), that is the same everywhere and always."""
    value = np.uint64(0)
    for part in word:
        if part == 0:
            break
        value = (value ^ part) * _FACTOR
        value ^= value >> _SHIFT
    value *= _FACTOR
    return value ^ (value >> _SHIFT)


@compiled
def _bucket(value: np.uint64, buckets: int) -> np.int64:
    """Return the bucket of a hash: by as many of its bits as number all buckets."""
    power = 1
    while power < buckets:
        power *= 2
    bucket = np.int64(value & np.uint64(power - 1))
    return bucket if bucket < buckets else bucket - power // 2


@compiled
def _find(word: Words, words: Words, first: Links, following: Links, buckets: int) -> int:
    row = first[_bucket(_hash(word), buckets)]
    while row != NO_ROW:
        equal = True
        for part in range(_WORDS):
            if words[row, part] != word[part]:
                equal = False
                break
        if equal:
            return int(row)
        row = following[row]
    return NO_ROW


@compiled
def _find_all(wanted: Words, words: Words, first: Links, following: Links, buckets: int) -> Rows:
    rows = np.empty(len(wanted), np.int64)
    for k in range(len(wanted)):
        rows[k] = _find(wanted[k], words, first, following, buckets)
    return rows


@compiled
def _add(
    wanted: Words,
    free: Rows,
    words: Words,
    first: Links,
    following: Links,
    count: int,
    buckets: int,
) -> tuple[Rows, int, int]:
    """Find or add ids; return their rows, how many were added, and the number of buckets then."""
    rows = np.empty(len(wanted), np.int64)
    new = 0
    for k in range(len(wanted)):
        rows[k] = _find(wanted[k], words, first, following, buckets)
        if rows[k] != NO_ROW:
            continue
        rows[k] = row = free[new]
        new += 1
        words[row] = wanted[k]
        bucket = _bucket(_hash(wanted[k]), buckets)
        following[row] = first[bucket]
        first[bucket] = row
        if count + new > buckets:
            _split(words, first, following, buckets)
            buckets += 1
    return rows, new, buckets


@compiled
def _split(words: Words, first: Links, following: Links, buckets: int) -> None:
    """Move to one bucket more what belongs there; all of it was in one other bucket."""
    power = 1
    while power * 2 <= buckets:
        power *= 2
    row = first[buckets - power]
    first[buckets - power] = first[buckets] = NO_ROW
    while row != NO_ROW:
        behind = following[row]
        bucket = _bucket(_hash(words[row]), buckets + 1)
        following[row] = first[bucket]
        first[bucket] = row
        row = behind


@compiled
def _remove(removed: int, words: Words, first: Links, following: Links, buckets: int) -> None:
    bucket = _bucket(_hash(words[removed]), buckets)
    row = first[bucket]
    if row == removed:
        first[bucket] = following[row]
        return
    while following[row] != removed:
        row = following[row]
    following[row] = following[removed]
