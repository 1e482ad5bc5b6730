"""How does an array grow at its end without being copied each time?"""

import mmap
from collections.abc import Sequence
from typing import Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)

_FIRST_CAPACITY = 16
_GROWTH = 2
_COPIED_BYTES = 1 << 20
"""Arrays up to this size are copied when they grow, which takes less than a millisecond."""
_RESERVED_BYTES = 1 << 35
"""Address space of a larger array. It costs nothing until it is written to, page by page."""
_MAP_NORESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000)  # in mmap(2) of Linux, not in Python 3.11


class GrowableArray(Generic[Scalar]):
    """Rows of one shape; those that were given no value are blank.

    A large array lies in address space that is reserved for it, and never moves until that is used
    up: growing takes no longer however large it is.
    """

    def __init__(self, dtype: type[Scalar], *shape: int, blank: int = 0) -> None:
        self._capacity: NDArray[Scalar] = np.zeros((_FIRST_CAPACITY, *shape), dtype)
        self._used = 0
        self._blank = blank

    @classmethod
    def over(cls, rows: NDArray[Scalar]) -> Self:
        """Return rows that lie elsewhere, and are not copied until some are appended."""
        array = cls(rows.dtype.type)
        array._capacity, array._used = rows, len(rows)
        return array

    def __len__(self) -> int:
        return self._used

    @property
    def rows(self) -> NDArray[Scalar]:
        """A view of all rows, valid until rows are added."""
        return self._capacity[: self._used]

    def lengthen(self, rows: int) -> None:
        """Append blank rows until there are at least so many."""
        if rows > len(self._capacity):
            self._move_to(self._wider(rows))
        if self._blank:
            self._capacity[self._used : rows] = self._blank
        self._used = max(self._used, rows)

    def extend(self, parts: Sequence[NDArray[Scalar]]) -> None:
        """Append the rows of each part."""
        end = self._used
        self.lengthen(end + sum(map(len, parts)))
        for part in parts:
            self._capacity[end : end + len(part)] = part
            end += len(part)

    def _move_to(self, wider: NDArray[Scalar]) -> None:
        wider[: self._used] = self.rows
        self._capacity = wider

    def _wider(self, rows: int) -> NDArray[Scalar]:
        """Return zeros of more than so many rows."""
        shape, dtype = self._capacity.shape[1:], self._capacity.dtype
        row_bytes = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        if rows * row_bytes <= _COPIED_BYTES:
            return np.zeros((rows * _GROWTH, *shape), dtype)
        reserved = _reserve(rows * row_bytes * _GROWTH)
        count = len(reserved) // row_bytes
        return np.frombuffer(reserved, dtype, count * (row_bytes // dtype.itemsize)).reshape(
            count, *shape
        )


def _reserve(wanted: int) -> mmap.mmap:
    """Return address space for an array that needs so many bytes by and by, all zeros.

    Where the system limits address space (`ulimit -v`), it is less, but not less than wanted.
    Raises OSError.
    """
    size = max(_RESERVED_BYTES, wanted)
    private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE
    while True:
        try:
            return mmap.mmap(-1, size, flags=private)
        except OSError:
            if size <= wanted:
                raise
            size = max(wanted, size // 2)
