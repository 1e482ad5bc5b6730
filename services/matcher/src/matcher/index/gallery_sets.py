"""Which galleries does each encounter of the index belong to, in four bytes an encounter?"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


class GallerySets:
    """The different sets of galleries that encounters belong to, by number.

    A country has few of them, however many encounters: a set is stored once. Set 0 is empty.
    """

    def __init__(self) -> None:
        self._sets: list[tuple[str, ...]] = [()]
        self._number: dict[tuple[str, ...], int] = {(): 0}

    def number_of(self, galleries: Iterable[str]) -> int:
        """Return the number of a set, which may be new."""
        wanted = tuple(sorted(galleries))
        number = self._number.setdefault(wanted, len(self._sets))
        if number == len(self._sets):
            self._sets.append(wanted)
        return number

    def galleries(self, number: int) -> tuple[str, ...]:
        """Return the galleries of a set, sorted."""
        return self._sets[number]

    def with_any_of(self, galleries: Iterable[str]) -> NDArray[np.bool_]:
        """Return for each set, by number, whether it has at least one of these galleries."""
        wanted = frozenset(galleries)
        return np.array([not wanted.isdisjoint(each) for each in self._sets])
