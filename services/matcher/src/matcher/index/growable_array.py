"""How does an array grow at its end without being copied each time?"""

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)

_FIRST_CAPACITY = 16
_GROWTH = 1.25


class GrowableArray(Generic[Scalar]):
    """Rows of one shape; capacity grows by a quarter, so that adding copies only now and then."""

    def __init__(self, dtype: type[Scalar], *shape: int) -> None:
        self._capacity: NDArray[Scalar] = np.empty((_FIRST_CAPACITY, *shape), dtype)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    @property
    def rows(self) -> NDArray[Scalar]:
        """A view of all rows, valid until rows are added."""
        return self._capacity[: self._used]

    def extend(self, parts: Sequence[NDArray[Scalar]]) -> None:
        """Append the rows of each part."""
        added = np.concatenate([self.rows[:0], *parts])
        end = self._used + len(added)
        if end > len(self._capacity):
            wider = np.empty((int(end * _GROWTH), *self._capacity.shape[1:]), self._capacity.dtype)
            wider[: self._used] = self.rows
            self._capacity = wider
        self._capacity[self._used : end] = added
        self._used = end
