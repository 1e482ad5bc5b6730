"""All encounters that can be searched, in memory."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.domain.change_token import ChangeToken
from matcher.domain.decision_rule import shortlist
from matcher.domain.shortlist import FingerFeatures, IndexEntry, SearchDepth, SearchScope, Shortlist
from matcher.index.encounters_table import EncountersTable
from matcher.index.finger_segment import FingerSegment
from matcher.index.read_write_lock import ReadWriteLock

_SPARE = 16
_GROWTH = 4

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Likeness = Callable[[FingerSegment, FingerFeatures, Ints], Floats]
"""How alike a finger is to rows of its segment."""


class MemoryIndex:
    """Searches encounters. Any thread may call anything: changes wait for searches and back.

    at: change up to which it is complete.
    size: persons and fingers that can be found, and bytes these take.
    """

    def __init__(self, at: ChangeToken) -> None:
        self._lock = ReadWriteLock()
        self._holdings = EncountersTable()
        self.at = at
        self.size = (0, 0, 0)

    def update(
        self, gone: Iterable[str], entries: Sequence[IndexEntry], at: ChangeToken | None = None
    ) -> None:
        """Remove encounters, then add some; those already there are replaced.

        at: change up to which it is complete then; None if that stays as it is.
        """
        with self._lock.writing():
            self._holdings.update(gone, entries)
            self.at = at or self.at
            self.size = self._holdings.size()

    def entries(self) -> list[IndexEntry]:
        """All that can be found, as it was put in."""
        with self._lock.reading():
            return self._holdings.entries()

    def search(
        self, probe: Mapping[int, FingerFeatures], scope: SearchScope, reach: SearchDepth
    ) -> Shortlist:
        """The most promising of the most similar persons, about 1.5 us a finger of these.

        However many encounters a person has, it is one.
        """
        with self._lock.reading():
            known = {p: finger for p, finger in probe.items() if p in self._holdings.segments}
            near = self._nearest(known, scope, reach.nearest)
            promises = self._best(_promises, known, near, scope)
            chosen = near[shortlist(promises, reach.compared)]
            persons = [self._holdings.contender(int(one), known, scope) for one in chosen]
            return Shortlist(tuple(persons), self._holdings.count(scope), self.at)

    def _nearest(self, probe: Mapping[int, FingerFeatures], scope: SearchScope, count: int) -> Ints:
        """The ``count`` persons most similar by each finger and by the sum, the oldest first.

        Looks deeper until nobody unseen can belong to them: the threshold algorithm of Fagin,
        Lotem, Naor, "Optimal aggregation algorithms for middleware", PODS 2001.
        """
        holdings, look = self._holdings, count + _SPARE
        if holdings.people.count() <= count:
            everyone = [
                holdings.persons(p, segment.live, scope)
                for p, segment in holdings.segments.items()
                if p in probe
            ]
            return holdings.people.by_age(_union(everyone))
        while True:
            seen, unseen = self._seen(probe, scope, look, count)
            persons = holdings.people.by_age(seen)
            similarities = self._best(_similarities, probe, persons, scope)
            sums = np.nansum(similarities, axis=1)
            if unseen == -np.inf or np.count_nonzero(sums >= unseen) >= count:
                return persons[np.sort(shortlist(similarities, count))]
            look *= _GROWTH

    def _seen(
        self, probe: Mapping[int, FingerFeatures], scope: SearchScope, look: int, count: int
    ) -> tuple[Ints, float]:
        """Persons down to a depth, and the greatest sum that anybody else may have.

        That is unlimited while any finger's list has less than ``count`` persons.
        """
        seen: list[Ints] = []
        deeper, greatest = False, 0.0
        for position, finger in probe.items():
            segment = self._holdings.segments[position]
            rows, least = segment.nearest(finger.embedding.astype(np.float32), look)
            persons = self._holdings.persons(position, rows, scope)
            seen.append(persons)
            if look < segment.rows:
                deeper = True
                greatest += max(least, 0.0) if len(persons) >= count else np.inf
        return _union(seen), greatest if deeper else -np.inf

    def _best(
        self,
        likeness: Likeness,
        probe: Mapping[int, FingerFeatures],
        persons: Ints,
        scope: SearchScope,
    ) -> Floats:
        """How alike each person's likest impression is: float32 (persons, fingers), or NaN."""
        best = np.full((len(persons), len(probe)), -np.inf, np.float32)
        for column, (position, finger) in enumerate(probe.items()):
            whose, rows = self._holdings.rows_of(position, persons, scope)
            alike = likeness(self._holdings.segments[position], finger, rows)
            np.maximum.at(best[:, column], whose, alike)
        return np.where(np.isinf(best), np.nan, best)


def _similarities(segment: FingerSegment, finger: FingerFeatures, rows: Ints) -> Floats:
    return segment.similarities(finger.embedding.astype(np.float32), rows)


def _promises(segment: FingerSegment, finger: FingerFeatures, rows: Ints) -> Floats:
    return segment.promises(finger.prepared, rows)


def _union(persons: Sequence[Ints]) -> Ints:
    return np.unique(np.concatenate([np.empty(0, np.int64), *persons]))
