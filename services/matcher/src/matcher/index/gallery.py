"""All encounters that can be searched, in memory."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.domain.biometrics import Embedding, Status
from matcher.domain.change import Change
from matcher.domain.gallery import Entry, Scope, Shortlist, StoredPerson
from matcher.domain.rules import shortlist
from matcher.index.holdings import Holdings
from matcher.index.lock import SharedLock

_SPARE = 16
_GROWTH = 4

Queries = Mapping[int, NDArray[np.float32]]


class Gallery:
    """Searches encounters. Any thread may call anything: changes wait for searches and back.

    at: change up to which it is complete.
    size: persons and fingers that can be found, and bytes their vectors take.
    """

    def __init__(self, at: Change) -> None:
        self._lock = SharedLock()
        self._holdings = Holdings()
        self.at = at
        self.size = (0, 0, 0)

    def update(
        self, gone: Iterable[str], entries: Sequence[Entry], at: Change | None = None
    ) -> None:
        """Remove encounters, then add some; those already there are replaced.

        at: change up to which it is complete then; None if that stays as it is.
        """
        with self._lock.writing():
            self._holdings.update(gone, entries)
            self.at = at or self.at
            self.size = self._holdings.size()

    def entries(self) -> list[Entry]:
        """All that can be found, as it was put in."""
        with self._lock.reading():
            return self._holdings.entries()

    def search(self, probe: Mapping[int, Embedding], scope: Scope, count: int) -> Shortlist:
        """The most similar persons.

        count: most persons brought back; however many encounters a person has, it is one.
        """
        with self._lock.reading():
            queries = {
                position: embedding.astype(np.float32)
                for position, embedding in probe.items()
                if position in self._holdings.segments
            }
            found, similarities = self._candidates(queries, scope, count)
            chosen = shortlist(similarities, count)
            persons = tuple(self._stored(found[i], scope) for i in chosen)
            return Shortlist(persons, self._holdings.people(scope), self.at)

    def _candidates(
        self, queries: Queries, scope: Scope, count: int
    ) -> tuple[list[str], NDArray[np.float32]]:
        """Persons among whom are the ``count`` best of each finger and of the sum of fingers.

        Looks deeper until nobody unseen can belong to them: the threshold algorithm of Fagin,
        Lotem, Naor, "Optimal aggregation algorithms for middleware", PODS 2001.
        """
        look = count + _SPARE
        while True:
            persons, unseen = self._seen(queries, scope, look, count)
            similarities = self._similarities(queries, persons, scope)
            sums = np.nansum(similarities, axis=1)
            if unseen == -np.inf or np.count_nonzero(sums >= unseen) >= count:
                return persons, similarities
            look *= _GROWTH

    def _seen(
        self, queries: Queries, scope: Scope, look: int, count: int
    ) -> tuple[list[str], float]:
        """Persons down to a depth, and the greatest sum that anybody else may have.

        That is unlimited while any finger's list has less than ``count`` persons.
        """
        seen: dict[str, None] = {}
        deeper, greatest = False, 0.0
        for position, query in queries.items():
            segment = self._holdings.segments[position]
            owners, least = segment.nearest(query, look)
            persons = self._holdings.persons(owners, scope)
            seen |= persons
            if look < segment.rows:
                deeper = True
                greatest += max(least, 0.0) if len(persons) >= count else np.inf
        return list(seen), greatest if deeper else -np.inf

    def _similarities(
        self, queries: Queries, persons: Sequence[str], scope: Scope
    ) -> NDArray[np.float32]:
        """Best similarity of each person's each finger: float32 (persons, fingers), or NaN."""
        best = np.full((len(persons), len(queries)), -np.inf, np.float32)
        for column, (position, query) in enumerate(queries.items()):
            owned = [
                (i, held.rows[position])
                for i, person_id in enumerate(persons)
                for held in self._holdings.of(person_id, scope)
                if position in held.rows
            ]
            table = np.array(owned, np.int64).reshape(-1, 2)
            similarity = self._holdings.segments[position].similarity(query, table[:, 1].copy())
            np.maximum.at(best[:, column], table[:, 0], similarity)
        return np.where(np.isinf(best), np.nan, best)

    def _stored(self, person_id: str, scope: Scope) -> StoredPerson:
        usable = list(self._holdings.of(person_id, scope))
        return StoredPerson(
            person_id,
            tuple(held.encounter_id for held in usable),
            any(held.status is Status.FRAUD for held in usable),
        )
