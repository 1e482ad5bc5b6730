"""Which galleries does each encounter of the index belong to, in four bytes an encounter?"""

from collections import defaultdict
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
        self._sets_with: defaultdict[str, list[int]] = defaultdict(list)

    def number_of(self, galleries: Iterable[str]) -> int:
        """Return the number of a set, which may be new."""
        wanted = tuple(sorted(galleries))
        number = self._number.setdefault(wanted, len(self._sets))
        if number == len(self._sets):
            self._sets.append(wanted)
            for gallery in wanted:
                self._sets_with[gallery].append(number)
        return number

    def galleries(self, number: int) -> tuple[str, ...]:
        """Return the galleries of a set, sorted."""
        return self._sets[number]

    def all(self) -> list[tuple[str, ...]]:
        """Return all sets, by number."""
        return [*self._sets]

    def with_any_of(self, galleries: Iterable[str]) -> NDArray[np.bool_]:
        """Return for each set, by number, whether it has at least one of these galleries."""
        found = np.zeros(len(self._sets), np.bool_)
        for gallery in galleries:
            found[self._sets_with.get(gallery, [])] = True
        return found
