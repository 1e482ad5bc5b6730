"""Fingers ready to be compared, laid end to end: what the prefilter runs over."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.prefilter import MAX_PREFILTERED_MINUTIAE, batch_prefilter_scores
from matcher.index.growable_array import GrowableArray
from matcher.minutiae import MAX_MINUTIAE


class MinutiaeColumns:
    """Prepared fingers by row, in three arrays rather than in objects of 500 bytes more each."""

    def __init__(self) -> None:
        self._place = GrowableArray(np.int16, 4)
        self._bits = GrowableArray(np.uint64, 4)
        self._index = GrowableArray(np.uint8)
        self._bounds = GrowableArray(np.int64)  # where each row begins, and where the next one will
        self._bounds.extend([np.zeros(1, np.int64)])

    @property
    def size_bytes(self) -> int:
        """Memory used."""
        parts = (self._place.rows, self._bits.rows, self._index.rows, self._bounds.rows)
        return sum(part.nbytes for part in parts)

    def add(self, fingers: Sequence[PreparedFinger]) -> None:
        """Append rows."""
        lengths = np.array([len(finger) for finger in fingers], np.int64)
        self._bounds.extend([len(self._index) + np.cumsum(lengths)])
        self._place.extend([finger.geometry for finger in fingers])
        self._bits.extend([finger.descriptors for finger in fingers])
        self._index.extend([finger.minutia_index for finger in fingers])

    def wipe(self, row: int) -> None:
        """Leave nothing of a row but its length."""
        start, end = self._bounds.rows[row : row + 2]
        for part in (self._place.rows, self._bits.rows, self._index.rows):
            part[start:end] = 0

    def of(self, rows: NDArray[np.int64]) -> "MinutiaeColumns":
        """These rows alone, copied."""
        lengths, each = self._each(rows)
        kept = MinutiaeColumns()
        kept._bounds.extend([np.cumsum(lengths)])
        kept._place.extend([self._place.rows[each]])
        kept._bits.extend([self._bits.rows[each]])
        kept._index.extend([self._index.rows[each]])
        return kept

    def take(self, row: int) -> PreparedFinger:
        """A row, copied: it may be wiped at any time."""
        start, end = self._bounds.rows[row : row + 2]
        return PreparedFinger(
            self._place.rows[start:end].copy(),
            self._bits.rows[start:end].copy(),
            self._index.rows[start:end].copy(),
        )

    def promises(self, probe: PreparedFinger, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """How promising these rows are, float32 (n,): see `prefilter.prefilter_scores`."""
        lengths, each = self._each(rows, MAX_PREFILTERED_MINUTIAE)
        place, bits = self._place.rows.take(each, 0), self._bits.rows.take(each, 0)
        ends = np.cumsum(lengths)
        return batch_prefilter_scores(probe.geometry, probe.descriptors, place, bits, ends)

    def _each(
        self, rows: NDArray[np.int64], most: int = MAX_MINUTIAE
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How many minutiae of each row are taken, and where in the arrays all of them lie."""
        starts = self._bounds.rows[rows]
        lengths = np.minimum(self._bounds.rows[rows + 1] - starts, most)
        shifts = starts - np.cumsum(lengths) + lengths
        return lengths, np.repeat(shifts, lengths) + np.arange(lengths.sum())
