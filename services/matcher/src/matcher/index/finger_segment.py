"""The fingers of one position: their embeddings searched exactly, and what they are compared by."""

from collections.abc import Sequence

import faiss  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.shortlist import FingerFeatures
from matcher.index.growable_array import GrowableArray
from matcher.index.minutiae_columns import MinutiaeColumns

SIZE = 256
"""Numbers in an embedding."""

NO_OWNER = -1
_COMPACT_SHARE = 0.05
_COMPACT_LEAST = 64

Query = NDArray[np.float32]
"""float32 (256,)."""
Rows = NDArray[np.int64]


class FingerSegment:
    """Rows of fingers, each with its owner's number.

    Not safe against itself: FAISS allows searches beside each other, but nothing beside a change.
    Rows are never removed from the FAISS index, which is where it breaks (issues 4535, 4655), but
    wiped, marked and dropped from what a search brings back, until the segment is written anew.
    """

    def __init__(self) -> None:
        self._index = _flat()
        self._owner = GrowableArray(np.int64)
        self._strip = MinutiaeColumns()
        self._gone = 0

    def __len__(self) -> int:
        return len(self._owner) - self._gone

    @property
    def rows(self) -> int:
        """How many rows there are, those that are gone included."""
        return len(self._owner)

    @property
    def owner(self) -> Rows:
        """int64 (rows,), GONE where a row is."""
        return self._owner.rows

    @property
    def live(self) -> Rows:
        """The rows that are not gone."""
        return np.flatnonzero(self.owner != NO_OWNER)

    @property
    def size_bytes(self) -> int:
        """Memory used."""
        return self.rows * (SIZE * 2 + 8) + self._strip.size_bytes

    def add(self, fingers: Sequence[FingerFeatures], owners: Rows) -> range:
        """Append rows; returns their numbers."""
        first = self.rows
        self._index.add(np.stack([finger.embedding for finger in fingers]).astype(np.float32))
        self._strip.add([finger.prepared for finger in fingers])
        self._owner.extend([owners])
        return range(first, self.rows)

    def drop(self, row: int) -> None:
        """Take a row out of all searches, and what it held out of memory."""
        self.owner[row] = NO_OWNER
        self._gone += 1
        self._strip.wipe(row)
        codes = faiss.rev_swig_ptr(self._index.codes.data(), self.rows * SIZE * 2)
        codes[row * SIZE * 2 : (row + 1) * SIZE * 2] = 0

    def nearest(self, query: Query, count: int) -> tuple[Rows, float]:
        """Rows of the most similar embeddings, best first, and the least similarity looked at.

        count: rows looked at, of which those that are gone are left out.
        """
        faiss.omp_set_num_threads(1)  # counts for this thread: the pool spreads searches over cores
        similarities, rows = self._index.search(query[None], min(count, self.rows))
        return rows[0][self.owner[rows[0]] != NO_OWNER], float(similarities[0, -1])

    def similarities(self, query: Query, rows: Rows) -> NDArray[np.float32]:
        """Inner products with these rows, float32 (n,)."""
        if not len(rows):
            return np.empty(0, np.float32)
        wanted = np.zeros(self.rows, np.bool_)
        wanted[rows] = True
        bitmap = np.packbits(wanted, bitorder="little")
        only = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))  # type: ignore[call-arg, arg-type, unused-ignore]
        faiss.omp_set_num_threads(1)
        values, found = self._index.search(query[None], int(wanted.sum()), params=only)
        by_row = np.empty(self.rows, np.float32)
        by_row[found[0]] = values[0]
        return by_row[rows]

    def promises(self, probe: PreparedFinger, rows: Rows) -> NDArray[np.float32]:
        """How promising these rows are, float32 (n,)."""
        return self._strip.promises(probe, rows)

    def prepared(self, row: int) -> PreparedFinger:
        """What a row is compared by."""
        return self._strip.take(row)

    def without_gone(self) -> "FingerSegment":
        """The same, written anew: rows that are gone take no room, the others move up."""
        rows, anew = self.live, FingerSegment()
        anew._index.add(self._embeddings()[rows].astype(np.float32))
        anew._strip = self._strip.of(rows)
        anew._owner.extend([self.owner[rows]])
        return anew

    def fingers(self) -> tuple[list[FingerFeatures], Rows]:
        """All fingers that are not gone, and their owners, in the order of rows."""
        rows, embeddings = self.live, self._embeddings()
        return [FingerFeatures(embeddings[row], self.prepared(row)) for row in rows], self.owner[
            rows
        ]

    def wants_compaction(self) -> bool:
        """Whether so many rows are gone that writing it anew pays."""
        return self._gone > max(_COMPACT_LEAST, _COMPACT_SHARE * self.rows)

    def _embeddings(self) -> NDArray[np.float16]:
        codes = faiss.vector_to_array(self._index.codes)
        return np.asarray(codes.reshape(-1, SIZE * 2).view(np.float16))


def _flat() -> faiss.IndexScalarQuantizer:
    # Half precision: half the memory and twice the speed, and exact for what the database keeps.
    return faiss.IndexScalarQuantizer(
        SIZE, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
