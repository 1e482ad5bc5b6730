"""Arrays that grow at their end."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)

_ROOM = 1.25


class GrowableArray(Generic[Scalar]):
    """Rows of one shape. Adding copies what is there only now and then."""

    def __init__(self, kind: type[Scalar], *shape: int) -> None:
        self._room: NDArray[Scalar] = np.empty((0, *shape), kind)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    @property
    def rows(self) -> NDArray[Scalar]:
        """All rows, not copied: right until some are added."""
        return self._room[: self._used]

    def extend(self, parts: Sequence[NDArray[Scalar]]) -> None:
        """Add the rows of each part."""
        added = np.concatenate([self._room[:0], *parts])
        end = self._used + len(added)
        if end > len(self._room):
            wider = np.empty((int(end * _ROOM), *self._room.shape[1:]), self._room.dtype)
            wider[: self._used] = self.rows
            self._room = wider
        self._room[self._used : end] = added
        self._used = end
