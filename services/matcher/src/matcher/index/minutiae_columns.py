"""How are many prepared fingers held in memory, and their minutiae prefiltered in one batch?"""

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.descriptor import Descriptors
from matcher.comparison.prefilter import batch_prefilter_scores
from matcher.index.growable_array import GrowableArray
from matcher.index.index_columns import NO_LIST, FingerColumns, ListedMinutiae
from matcher.index.segment_file import SegmentFile
from matcher.minutiae import MAX_MINUTIAE
from matcher.ridge_map import MAX_MAP_BYTES

Rows = NDArray[np.int64]
Columns = tuple[NDArray[np.uint8], NDArray[np.int16], NDArray[np.uint64], NDArray[np.uint8]]
"""How many minutiae each finger has, and their geometry, descriptors and minutia_index."""
_START = np.zeros(1, np.int64)
_ROWS_AXIS = 0


class MinutiaeColumns:
    """Prepared fingers by row, their minutiae laid end to end in three arrays, their maps in one.

    As objects of their own they would take 500 bytes more each. A map that there is none of takes
    no memory. file: where they lie; None for none, in memory.
    """

    def __init__(self, file: SegmentFile | None = None) -> None:
        self._maps = 0  # rows whose map was written, into memory that others do not take
        if file is None:
            self._geometry = GrowableArray(np.int16, 4)
            self._descriptors = GrowableArray(np.uint64, 4)
            self._minutia_index = GrowableArray(np.uint8)
            self._bounds = GrowableArray(np.int64)  # where each row begins, and the next one will
            self._bounds.extend([_START])
            self._ridge_map = GrowableArray(np.uint8, MAX_MAP_BYTES)
        else:
            self._geometry = GrowableArray.over(file.columns["geometry"])
            self._descriptors = GrowableArray.over(file.columns["descriptors"])
            self._minutia_index = GrowableArray.over(file.columns["minutia_index"])
            self._bounds = GrowableArray.over(file.columns["bounds"])
            self._ridge_map = GrowableArray.over(file.columns["ridge_map"])

    @property
    def size_bytes(self) -> int:
        """Memory used, bytes."""
        parts = (
            self._geometry.rows,
            self._descriptors.rows,
            self._minutia_index.rows,
            self._bounds.rows,
        )
        return sum(part.nbytes for part in parts) + self._maps * MAX_MAP_BYTES

    def extend(self, fingers: FingerColumns) -> None:
        """Append one row for each finger."""
        ends = np.cumsum(fingers.minutiae, dtype=np.int64)
        self._bounds.extend([len(self._minutia_index) + ends])
        self._geometry.extend([fingers.geometry])
        self._descriptors.extend([fingers.descriptors])
        self._minutia_index.extend([fingers.minutia_index])
        if fingers.ridge_map[:, 0].any():
            self._ridge_map.extend([fingers.ridge_map])
            self._maps += len(fingers.ridge_map)
        else:
            self._ridge_map.lengthen(len(self._bounds) - 1)

    def overwrite(self, row: int) -> None:
        """Overwrite a row with zeros, so that nothing but its length stays in memory."""
        minutiae = self._minutiae_of(row)
        for part in (self._geometry.rows, self._descriptors.rows, self._minutia_index.rows):
            part[minutiae] = 0
        self._ridge_map.rows[row] = 0

    def count(self, rows: Rows) -> int:
        """Return how many minutiae these rows have."""
        return int((self._bounds.rows[rows + 1] - self._bounds.rows[rows]).sum())

    def have_maps(self, rows: Rows) -> bool:
        """Return whether any of these rows has a map of its ridges."""
        return bool(self._ridge_map.rows[rows, 0].any())

    def maps(self, rows: Rows) -> NDArray[np.uint8]:
        """Return a copy of the maps of these rows."""
        return self._ridge_map.rows.take(rows, _ROWS_AXIS)

    def columns(self, rows: Rows) -> Columns:
        """Return a copy of these rows, as in FingerColumns from the number of minutiae on."""
        lengths, minutiae = self._minutiae_of_all(rows, MAX_MINUTIAE)
        return (
            lengths.astype(np.uint8),
            self._geometry.rows.take(minutiae, _ROWS_AXIS),
            self._descriptors.rows.take(minutiae, _ROWS_AXIS),
            self._minutia_index.rows.take(minutiae, _ROWS_AXIS),
        )

    def listed_descriptors(self, rows: Rows, lists: ListedMinutiae) -> Descriptors:
        """Return the descriptors of the best minutiae of each row, which are listed, end to end."""
        _, minutiae = self._minutiae_of_all(rows, (lists != NO_LIST).sum(axis=1))
        return self._descriptors.rows.take(minutiae, _ROWS_AXIS)

    def take(self, row: int) -> PreparedFinger:
        """Return a copy of a row; a view could be overwritten at any time."""
        minutiae = self._minutiae_of(row)
        return PreparedFinger(
            self._geometry.rows[minutiae].copy(),
            self._descriptors.rows[minutiae].copy(),
            self._minutia_index.rows[minutiae].copy(),
            self._ridge_map.rows[row].copy(),
        )

    def prefilter_scores(self, probe: PreparedFinger, rows: Rows) -> NDArray[np.float32]:
        """Return the prefilter scores of these rows, float32 (n,), 0 or more."""
        return batch_prefilter_scores(
            probe, self._geometry.rows, self._descriptors.rows, self._bounds.rows, rows
        )

    def _minutiae_of(self, row: int) -> slice:
        return slice(self._bounds.rows[row], self._bounds.rows[row + 1])

    def _minutiae_of_all(self, rows: Rows, most: int | Rows) -> tuple[Rows, Rows]:
        """Return how many minutiae of each row are taken, and where in the arrays these lie."""
        starts = self._bounds.rows[rows]
        lengths = np.minimum(self._bounds.rows[rows + 1] - starts, most)
        shifts = starts - np.cumsum(lengths) + lengths
        return lengths, np.repeat(shifts, lengths) + np.arange(lengths.sum())
