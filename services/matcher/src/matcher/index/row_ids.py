"""Which rows of the index's tables do new encounters and persons get?"""

import numpy as np
from numpy.typing import NDArray

from matcher.index.growable_array import GrowableArray

Rows = NDArray[np.int64]


class RowIds:
    """Hands out row numbers 0, 1, 2 and so on; released ones are used again first."""

    def __init__(self) -> None:
        self._fresh = 0
        self._released = GrowableArray(np.int32)
        self._released_count = 0

    @property
    def row_count(self) -> int:
        """How many rows there are, released ones included."""
        return self._fresh

    @property
    def used(self) -> int:
        """How many rows are in use."""
        return self._fresh - self._released_count

    def next(self, count: int) -> Rows:
        """Return the row numbers that are to be used next, int64 (count,)."""
        again = min(count, self._released_count)
        last = self._released.rows[self._released_count - again : self._released_count][::-1]
        fresh = np.arange(self._fresh, self._fresh + count - again)
        return np.concatenate([last.astype(np.int64), fresh])

    def use(self, count: int) -> None:
        """Take the first ``count`` of the next row numbers into use."""
        again = min(count, self._released_count)
        self._released_count -= again
        self._fresh += count - again

    def release(self, row: int) -> None:
        """Let the row number be used again."""
        self._released.lengthen(self._released_count + 1)
        self._released.rows[self._released_count] = row
        self._released_count += 1
