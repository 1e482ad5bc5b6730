"""Whom does a search of the table of encounters find, by two channels and a prefilter?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import FingerFeatures
from matcher.domain.shortlist import ReferencePerson, Shortlist, choose_shortlist
from matcher.index.embedding_codes import NO_SIMILARITY, among_the_best, query_of
from matcher.index.encounters_table import EncountersTable
from matcher.index.id_table import NO_ROW, Ids, ids_of
from matcher.index.joined_votes import with_most_votes
from matcher.index.position_fingers import PositionFingers
from matcher.index.ranked_persons import (
    FoundByChannels,
    RankedPersons,
    ShardQuery,
    first_of_each_ranking,
)

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]
ScoreRows = Callable[[PositionFingers, FingerFeatures, Rows], Scores]
"""Scores a finger against rows of its position, float32 (rows,)."""
_NO_PERSONS = np.empty(0, np.int64)
_NOBODY = _NO_PERSONS, np.empty((0, 1), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _SearchedFinger:
    """A finger of the probe. positions: of the fingers it is compared with, rising."""

    features: FingerFeatures
    positions: Sequence[int]


class TableSearch:
    """A search of a table, which must not change until it ends; see `MemoryIndex` for what it does.

    Persons are rows of the table, oldest first.
    """

    def __init__(self, table: EncountersTable, query: ShardQuery) -> None:
        self._table = table
        self._query = query
        present = sorted(p for p, fingers in table.fingers.items() if len(fingers))
        self._fingers = _searched_fingers(present, query)
        self._positions = [*dict.fromkeys(p for each in self._fingers for p in each.positions)]
        self._compared_positions = present if query.any_position else self._positions
        self._in_scope = table.in_scope(query.scope)

    def shortlist(self, change_token: ChangeToken) -> Shortlist:
        """Return the shortlist. change_token: the state of the table."""
        depth = self._query.depth
        people_by_positions = self._table.people_by_positions(self._in_scope)
        if people_by_positions.sum() <= depth.prefiltered:
            found = self._all_persons()
        else:
            found = self._found_by_either()
        scores = self._best_scores(PositionFingers.prefilter_scores, found)
        chosen = found[choose_shortlist(scores, depth.compared, ranks_all=depth.ranks_all)]
        also = ids_of(self._query.also)
        others = self.reference_persons(also[~np.isin(also, self._table.persons.ids.ids(chosen))])
        return Shortlist(
            (*self._reference_persons(chosen), *others),
            people_by_positions,
            self._table.incomplete_people(self._in_scope),
            change_token,
        )

    def find(self, similar: int, voted: int) -> FoundByChannels:
        """Return what the channels find: so many first persons of each ranking, with scores."""
        by_embedding = self._similar(similar)
        by_votes = self._voted(voted) if voted else _NOBODY
        return FoundByChannels(
            self._table.people_by_positions(self._in_scope),
            self._table.incomplete_people(self._in_scope),
            self._ranked(*by_embedding, similar),
            self._ranked(*by_votes, voted),
        )

    def prefilter(self, person_ids: Ids | None, depth: int) -> RankedPersons:
        """Return the ``depth`` first persons by each prefilter score, and by their sum.

        person_ids: of whom; None for everybody.
        """
        if person_ids is None:
            persons = self._all_persons()
        else:
            persons = self._table.persons.oldest_first(self._persons_there(person_ids))
        scores = self._best_scores(PositionFingers.prefilter_scores, persons)
        return self._ranked(persons, scores, depth)

    def reference_persons(self, person_ids: Ids) -> list[ReferencePerson]:
        """Return persons with the fingers that are compared, those that are there and have such."""
        persons = self._reference_persons(self._persons_there(person_ids))
        return [person for person in persons if person.impressions]

    def _reference_persons(self, persons: Rows) -> list[ReferencePerson]:
        return [
            self._table.reference_person(row, self._compared_positions, self._in_scope)
            for row in persons.tolist()
        ]

    def _persons_there(self, person_ids: Ids) -> Rows:
        rows: Rows = self._table.persons.ids.find(person_ids)
        return np.asarray(rows[rows != NO_ROW])

    def _ranked(self, persons: Rows, scores: Scores, depth: int) -> RankedPersons:
        """Return the first of each ranking. scores: of the fingers that are known here."""
        probe = self._query.probe.values()
        is_known = np.array(
            [any(finger.features is features for finger in self._fingers) for features in probe]
        )
        of_all = np.full((len(persons), len(probe)), np.nan, np.float32)
        of_all[:, is_known] = scores
        first = first_of_each_ranking(of_all, depth, ranks_all=self._query.depth.ranks_all)
        rows, table = persons[first], self._table.persons
        return RankedPersons(
            table.ids.ids(rows), table.first_changes(rows), of_all[first], is_known, depth
        )

    def _all_persons(self) -> Rows:
        """Return all persons that have a finger to compare."""
        persons = self._table.all_persons(self._positions, self._in_scope)
        return self._table.persons.oldest_first(persons)

    def _found_by_either(self) -> Rows:
        """Return the persons of both channels."""
        depth = self._query.depth
        similar, similarities = self._similar(depth.by_embedding)
        voted, votes = self._voted(depth.voted) if depth.voted else _NOBODY
        found = [
            similar[choose_shortlist(similarities, depth.by_embedding, ranks_all=depth.ranks_all)],
            voted[choose_shortlist(votes, depth.voted, ranks_all=depth.ranks_all)],
        ]
        return self._table.persons.oldest_first(_union(found))

    def _voted(self, count: int) -> tuple[Rows, Scores]:
        """Return at least the ``count`` persons with most votes by each finger and by the sum.

        With their votes, float32 (persons, fingers), NaN for none. A person has those for its best
        impression.
        """
        voted = [self._votes_by_finger(finger) for finger in self._fingers]
        if self._query.depth.ranks_all:  # so that also those have ranks whom others leave behind
            count = self._table.row_count
        found, votes = with_most_votes(voted, count)
        persons = self._table.persons.oldest_first(found)
        return persons, votes[np.searchsorted(found, persons)]

    def _votes_by_finger(self, finger: _SearchedFinger) -> tuple[Rows, Scores]:
        """Return persons, one for each of their impressions, and the votes for these."""
        persons, votes = [_NO_PERSONS], [np.empty(0, np.float32)]
        for position in finger.positions:
            encounters, of_each = self._table.fingers[position].votes(finger.features)
            kept, of_person = self._table.person_of_each(encounters, self._in_scope)
            persons.append(of_person)
            votes.append(of_each[kept])
        return np.concatenate(persons), np.concatenate(votes)

    def _similar(self, count: int) -> tuple[Rows, Scores]:
        """Return at least the ``count`` persons most similar by each finger and by the sum.

        With their similarities, float32 (persons, fingers), NaN for no such finger: by codes of the
        embeddings, whole numbers, or by the embeddings themselves.
        """
        if self._query.depth.by_codes:
            embedded = self._embedded()
            return self._similar_by_codes(embedded, count) if any(embedded) else _NOBODY
        persons = self._all_persons()
        return persons, self._best_scores(PositionFingers.similarities, persons)

    def _embedded(self) -> list[bool]:
        """Return of which fingers embeddings are compared: by the probe, alike in any shard."""
        query = self._query
        most = sorted(query.probe.values(), key=lambda each: -len(each.prepared))
        embedded = most[: query.depth.embedded_at_any_position] if query.any_position else most
        return [any(finger.features is each for each in embedded) for finger in self._fingers]

    def _similar_by_codes(self, embedded: Sequence[bool], count: int) -> tuple[Rows, Scores]:
        persons = self._table.persons_in_scope(self._in_scope)
        rows = self._table.persons.ids.row_count + 1
        best = np.full((sum(embedded), rows), NO_SIMILARITY)
        for finger, of_finger in zip(compress(self._fingers, embedded), best, strict=True):
            query = query_of(finger.features.embedding, signs_only=self._query.depth.signs_only)
            for position in finger.positions:
                self._table.fingers[position].keep_best(query, persons, of_finger)
        best[:, -1] = NO_SIMILARITY  # of nobody
        found = self._table.persons.oldest_first(among_the_best(best, count))
        similarities = np.full((len(found), len(self._fingers)), np.nan, np.float32)
        known = np.where(best[:, found] == NO_SIMILARITY, np.nan, best[:, found])
        similarities[:, embedded] = known.T
        return found, similarities

    def _best_scores(self, score: ScoreRows, persons: Rows) -> Scores:
        """Return each person's best impression's score, float32 (persons, fingers), or NaN."""
        columns = []
        for finger in self._fingers:
            column = np.full(len(persons), -np.inf, np.float32)
            for position in finger.positions:
                of_person, rows = self._table.rows_of(position, persons, self._in_scope)
                scores = score(self._table.fingers[position], finger.features, rows)
                np.maximum.at(column, of_person, scores)
            columns.append(np.where(np.isinf(column), np.nan, column))
        return np.column_stack([np.empty((len(persons), 0), np.float32), *columns])


def _searched_fingers(present: Sequence[int], query: ShardQuery) -> list[_SearchedFinger]:
    """Return those fingers of the probe that have a position to be searched.

    present: positions of which there are fingers, rising.
    """
    searched = [
        _SearchedFinger(finger, _positions_of(position, present, query))
        for position, finger in query.probe.items()
    ]
    return [finger for finger in searched if finger.positions]


def _positions_of(stated: int, present: Sequence[int], query: ShardQuery) -> list[int]:
    """Return at which of the positions present a finger is searched for, rising."""
    if not query.any_position:
        return [position for position in present if position == stated]
    left_out = query.depth.other_positions_only
    return [position for position in present if position != stated or not left_out]


def _union(persons: Sequence[Rows]) -> Rows:
    return np.unique(np.concatenate([_NO_PERSONS, *persons]))
