"""Which persons does a search shortlist, by embedding and prefilter, among all in memory?"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist, choose_shortlist
from matcher.index.encounters_table import EncountersTable
from matcher.index.finger_segment import FingerSegment
from matcher.index.read_write_lock import ReadWriteLock

_EXTRA_ROWS = 16
"""Rows searched beyond the number of persons wanted, since a person may have several."""
_GROWTH = 4
"""Factor on the number of rows when those searched were too few."""

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]
ScoreRows = Callable[[FingerSegment, FingerFeatures, Rows], Scores]
"""Scores a finger against rows of its segment, float32 (rows,)."""
_NO_PERSONS = np.empty(0, np.int64)


class MemoryIndex:
    """Embeddings and prepared minutiae of all searched encounters.

    Thread-safe: searches run at the same time; a change waits until they end, and they for it.
    change_token: of the last change it has applied.
    size: persons, fingers, and bytes that their features take.
    """

    def __init__(self, change_token: ChangeToken) -> None:
        self._lock = ReadWriteLock()
        self._table = EncountersTable()
        self.change_token = change_token
        self.size = self._table.size()

    def update(
        self,
        removed: Iterable[str],
        entries: Sequence[IndexEntry],
        change_token: ChangeToken | None = None,
    ) -> None:
        """Remove encounters, then add some; those that are there already are replaced.

        change_token: of the last change applied by this; None if the index stays at its state.
        """
        with self._lock.writing():
            self._table.update(removed, entries)
            self.change_token = change_token or self.change_token
            self.size = self._table.size()

    def entries(self) -> list[IndexEntry]:
        """Return all encounters, as they were added."""
        with self._lock.reading():
            return self._table.entries()

    def search(
        self, probe: Mapping[int, FingerFeatures], scope: SearchScope, depth: SearchDepth
    ) -> Shortlist:
        """Return the persons of highest prefilter score among those of most similar embeddings.

        probe: by finger position. However many encounters a person has, it takes one place. Takes
        about 1.5 us for each finger prefiltered.
        """
        with self._lock.reading():
            known = {p: finger for p, finger in probe.items() if p in self._table.segments}
            similar = self._most_similar(known, scope, depth.prefiltered)
            scores = self._best_scores(_prefilter_scores, known, similar, scope)
            chosen = similar[choose_shortlist(scores, depth.compared)]
            persons = [self._table.reference_person(int(row), known, scope) for row in chosen]
            return Shortlist(tuple(persons), self._table.people_searched(scope), self.change_token)

    def _most_similar(
        self, probe: Mapping[int, FingerFeatures], scope: SearchScope, count: int
    ) -> Rows:
        """Return the ``count`` persons most similar by each finger and by the sum, oldest first.

        Searches more rows until no person unseen can belong to them: the threshold algorithm of
        Fagin, Lotem, Naor, "Optimal aggregation algorithms for middleware", PODS 2001.
        """
        table, rows_seen = self._table, count + _EXTRA_ROWS
        if table.persons.count() <= count:
            all_persons = [
                table.persons_of(position, table.segments[position].present, scope)
                for position in probe
            ]
            return table.persons.oldest_first(_union(all_persons))
        while True:
            seen, greatest_unseen_sum = self._nearest_persons(probe, scope, rows_seen, count)
            persons = table.persons.oldest_first(seen)
            similarities = self._best_scores(_similarities, probe, persons, scope)
            sums = np.nansum(similarities, axis=1)
            all_seen = greatest_unseen_sum == -np.inf
            if all_seen or np.count_nonzero(sums >= greatest_unseen_sum) >= count:
                return persons[np.sort(choose_shortlist(similarities, count))]
            rows_seen *= _GROWTH

    def _nearest_persons(
        self, probe: Mapping[int, FingerFeatures], scope: SearchScope, rows_seen: int, count: int
    ) -> tuple[Rows, float]:
        """Return the persons in the most similar rows, and the greatest sum any other may have.

        That sum is unlimited while rows of any finger are unseen and less than ``count`` persons
        were found by it, and -inf when all rows of all fingers were seen.
        """
        seen: list[Rows] = []
        limits: list[float] = []
        for position, finger in probe.items():
            query = finger.embedding.astype(np.float32)
            rows, unseen_similarity = self._table.segments[position].nearest(query, rows_seen)
            persons = self._table.persons_of(position, rows, scope)
            seen.append(persons)
            if unseen_similarity > -np.inf:
                limits.append(max(unseen_similarity, 0.0) if len(persons) >= count else np.inf)
        return _union(seen), sum(limits) if limits else -np.inf

    def _best_scores(
        self,
        score: ScoreRows,
        probe: Mapping[int, FingerFeatures],
        persons: Rows,
        scope: SearchScope,
    ) -> Scores:
        """Return each person's best impression's score, float32 (persons, fingers), or NaN."""
        columns = []
        for position, finger in probe.items():
            of_person, rows = self._table.rows_of(position, persons, scope)
            column = np.full(len(persons), -np.inf, np.float32)
            np.maximum.at(column, of_person, score(self._table.segments[position], finger, rows))
            columns.append(np.where(np.isinf(column), np.nan, column))
        return np.column_stack([np.empty((len(persons), 0), np.float32), *columns])


def _similarities(segment: FingerSegment, finger: FingerFeatures, rows: Rows) -> Scores:
    return segment.similarities(finger.embedding.astype(np.float32), rows)


def _prefilter_scores(segment: FingerSegment, finger: FingerFeatures, rows: Rows) -> Scores:
    return segment.prefilter_scores(finger.prepared, rows)


def _union(persons: Sequence[Rows]) -> Rows:
    return np.unique(np.concatenate([_NO_PERSONS, *persons]))
