"""Which persons does a search shortlist, by two channels and a prefilter, among all indexed?"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import FingerFeatures, IndexContents, IndexEntry
from matcher.domain.shortlist import (
    ReferencePerson,
    SearchDepth,
    SearchScope,
    Shortlist,
    choose_shortlist,
)
from matcher.index.compact import compact, needs_compaction
from matcher.index.compaction_plan import CompactionRules
from matcher.index.embedding_codes import NO_SIMILARITY, among_the_best, query_of
from matcher.index.encounters_table import EncountersTable
from matcher.index.finger_segment import FingerSegment
from matcher.index.frozen_index import FrozenIndex
from matcher.index.id_table import NO_ROW, Ids
from matcher.index.in_scope import InScope
from matcher.index.index_columns import EncounterColumns, columns_of, selected, split
from matcher.index.position_fingers import PositionFingers
from matcher.index.ranked_persons import (
    FoundByChannels,
    RankedPersons,
    ShardQuery,
    first_of_each_ranking,
)
from matcher.index.read_write_lock import ReadWriteLock
from matcher.index.segment_folder import SegmentFolder

_FINGERS_AT_ONCE = 128
"""Fingers put into memory without letting a search in between."""
_WIPED_AT_ONCE = 8
"""Removed encounters that are overwritten without letting a search in between."""
Rows = NDArray[np.int64]
Scores = NDArray[np.float32]
ScoreRows = Callable[[PositionFingers, FingerFeatures, Rows], Scores]
"""Scores a finger against rows of its position, float32 (rows,)."""
_NO_PERSONS = _NO_ROWS = np.empty(0, np.int64)
_NOBODY = _NO_PERSONS, np.empty((0, 1), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class SearchedFinger:
    """A finger of the probe. positions: of the fingers it is compared with, rising."""

    features: FingerFeatures
    positions: Sequence[int]


class MemoryIndex:
    """Embeddings and prepared minutiae of all searched encounters.

    Thread-safe: searches run at the same time; a change waits until they end, and they for it.
    contents: what it holds of the database, the token and the sums always of one moment.
    size: persons, fingers, and bytes that their features take. unreadable: fingers left out.
    is_purged: whether no file holds a finger that was removed.
    """

    def __init__(self, change_token: ChangeToken) -> None:
        self._lock = ReadWriteLock()
        self._changing = threading.Lock()  # from a change's first finger to its publication
        self._compacting = threading.Lock()
        self._table = EncountersTable()
        self.contents = IndexContents(change_token, self._table.sums)
        self.size = self._table.size()
        self.unreadable = self._table.unreadable()
        self.is_purged = True

    def update(
        self,
        removed: Iterable[str],
        entries: Sequence[IndexEntry],
        change_token: ChangeToken | None = None,
    ) -> None:
        """Remove encounters, then add some; those that are there already are replaced.

        change_token: of the last change applied by this; None if the index stays at its state.
        """
        columns = columns_of([entry for entry in entries if entry.status.is_searched])
        removed = [*removed, *(entry.encounter_id for entry in entries)]
        with self._changing:
            finger_rows = self._append_fingers(columns, self._held_fingers(columns))
            with self._lock.writing():
                self._table.update(removed, columns, finger_rows)
                self._tell(change_token or self.change_token)
        self._wipe()

    @property
    def change_token(self) -> ChangeToken:
        """The token of the last change it has applied."""
        return self.contents.change_token

    def add(self, columns: EncounterColumns) -> None:
        """Add encounters of the state that the index is at. Raises ValueError if one is there."""
        with self._changing:
            finger_rows = self._append_fingers(columns, {})
            with self._lock.writing():
                self._table.add(columns, finger_rows)
                self._tell(self.change_token)

    def _held_fingers(self, columns: EncounterColumns) -> dict[int, NDArray[np.bool_]]:
        """Return which fingers their encounters have already, and may keep: by position."""
        held = {}
        for position, fingers in columns.fingers.items():
            parts = []
            for some in split(fingers, _FINGERS_AT_ONCE):
                with self._lock.reading():
                    ids = columns.encounter_id[some.owner]
                    parts.append(self._table.held_fingers(position, ids, some))
            held[position] = np.concatenate(parts)
        return held

    def _append_fingers(
        self, columns: EncounterColumns, held: Mapping[int, NDArray[np.bool_]]
    ) -> dict[int, Rows]:
        """Put fingers into memory, where no search finds them yet, some at a time.

        held: those that are there, by position; their row is NO_ROW.
        """
        rows = {}
        for position, fingers in columns.fingers.items():
            is_new = ~held.get(position, np.zeros(len(fingers.owner), np.bool_))
            new = fingers if is_new.all() else selected(fingers, is_new)
            rows[position] = np.full(len(fingers.owner), NO_ROW)
            parts = [_NO_ROWS]
            for some in split(new, _FINGERS_AT_ONCE):
                with self._lock.writing():
                    parts.append(self._table.append_fingers(position, some))
            rows[position][is_new] = np.concatenate(parts)
        return rows

    def add_segment(self, segment: FingerSegment, position: int) -> int:
        """Put a segment that was sealed beside others, none of whose fingers is found yet.

        Returns its number.
        """
        with self._lock.writing():
            number = self._table.add_segment(position, segment)
            self._tell(self.change_token)
        return number

    @contextmanager
    def frozen(self) -> Iterator[FrozenIndex]:
        """Let the present state be read, while searches and changes go on.

        What is removed meanwhile is found no more, but overwritten only afterwards. Waits for a
        compaction that is under way, as that forgets segments.
        """
        with ExitStack() as until_read:
            with self._compacting:
                frozen = until_read.enter_context(self._frozen())
            yield frozen

    @contextmanager
    def _frozen(self) -> Iterator[FrozenIndex]:
        with self._lock.writing():
            table = self._table
            frozen = FrozenIndex(
                self.change_token, self._lock, table, table.freeze(), table.files()
            )
        try:
            yield frozen
        finally:
            with self._lock.writing():
                self._table.thaw()
            self._wipe()

    def compact(self, folder: SegmentFolder | None = None, *, purge: bool = False) -> bool:
        """Seal segments, and give back the room of fingers that were removed.

        Searches and changes go on. Returns whether it did: if there are segments to be written
        anew, and the index is not frozen. folder: for files of segments; None to keep all in
        memory. purge: whether removed fingers leave the files, which takes up to PURGE_STEPS calls.
        Raises OSError.
        """
        rules = CompactionRules(to_files=folder is not None, purge=purge)
        with self._compacting:
            with self._lock.reading():
                if not needs_compaction(self._table, rules):
                    return False
            try:
                with self._frozen():
                    return compact(self._table, self._lock, self._changing, rules, folder)
            finally:
                with self._lock.writing():
                    self._tell(self.change_token)

    def _wipe(self) -> None:
        is_left = True
        while is_left:
            with self._lock.writing():
                is_left = self._table.wipe(_WIPED_AT_ONCE)

    def _tell(self, change_token: ChangeToken) -> None:
        """Publish what the index holds now, under the lock."""
        self.contents = IndexContents(change_token, self._table.sums)
        self.size = self._table.size()
        self.unreadable = self._table.unreadable()
        self.is_purged = self._table.is_purged()

    def examine(self, after: int, last: int) -> tuple[dict[str, int], list[str]]:
        """Return the checksums of encounters by id, and the ids of those that memory has altered.

        Of those that a change after the one and up to the other added; about 30 us each.
        """
        with self._lock.reading():
            return self._table.examine(after, last)

    def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        depth: SearchDepth,
        *,
        any_position: bool = False,
    ) -> Shortlist:
        """Return the persons of highest prefilter score among all, or those that a channel finds.

        The channels are the similarity of embeddings, and votes of local descriptors. However many
        encounters a person has, it takes one place. Takes about 1.5 us for each finger prefiltered.
        probe: by finger position. any_position: whether each finger of the probe is compared with
        the fingers of all positions; all these are then in the shortlist.
        """
        with self._lock.reading():
            known = self._searched_fingers(probe, any_position)
            positions = dict.fromkeys(p for finger in known for p in finger.positions)
            in_scope = self._table.in_scope(scope)
            people_by_positions = self._table.people_by_positions(in_scope)
            if people_by_positions.sum() <= depth.prefiltered:
                found = self._all_persons(positions, in_scope)
            else:
                found = self._found_by_either(known, in_scope, depth)
            scores = self._best_scores(PositionFingers.prefilter_scores, known, found, in_scope)
            chosen = found[choose_shortlist(scores, depth.compared, ranks_all=depth.ranks_all)]
            persons = [
                self._table.reference_person(int(row), positions, in_scope) for row in chosen
            ]
            return Shortlist(
                tuple(persons),
                people_by_positions,
                self._table.incomplete_people(in_scope),
                self.change_token,
            )

    def find(self, query: ShardQuery, similar: int, voted: int) -> FoundByChannels:
        """Return what the channels find: so many first persons of each ranking, with scores."""
        with self._lock.reading():
            known = self._searched_fingers(query.probe, query.any_position)
            in_scope = self._table.in_scope(query.scope)
            by_embedding = self._similar(known, in_scope, similar, by_codes=query.depth.by_codes)
            by_votes = self._voted(known, in_scope) if voted else _NOBODY
            return FoundByChannels(
                self._table.people_by_positions(in_scope),
                self._table.incomplete_people(in_scope),
                self._ranked(query, known, *by_embedding, similar),
                self._ranked(query, known, *by_votes, voted),
            )

    def prefilter(self, query: ShardQuery, person_ids: Ids | None, depth: int) -> RankedPersons:
        """Return the ``depth`` first persons by each prefilter score, and by their sum.

        person_ids: of whom; None for everybody. Those that are not there are left out.
        """
        with self._lock.reading():
            known = self._searched_fingers(query.probe, query.any_position)
            in_scope = self._table.in_scope(query.scope)
            if person_ids is None:
                positions = dict.fromkeys(p for finger in known for p in finger.positions)
                persons = self._all_persons(positions, in_scope)
            else:
                persons = self._table.persons.oldest_first(self._persons_there(person_ids))
            scores = self._best_scores(PositionFingers.prefilter_scores, known, persons, in_scope)
            return self._ranked(query, known, persons, scores, depth)

    def reference_persons(self, query: ShardQuery, person_ids: Ids) -> list[ReferencePerson]:
        """Return persons with the fingers that are compared, those that are there and have such."""
        with self._lock.reading():
            known = self._searched_fingers(query.probe, query.any_position)
            positions = dict.fromkeys(p for finger in known for p in finger.positions)
            in_scope = self._table.in_scope(query.scope)
            persons = [
                self._table.reference_person(row, positions, in_scope)
                for row in self._persons_there(person_ids).tolist()
            ]
        return [person for person in persons if person.impressions]

    def _persons_there(self, person_ids: Ids) -> Rows:
        rows: Rows = self._table.persons.ids.find(person_ids)
        return np.asarray(rows[rows != NO_ROW])

    def _ranked(
        self,
        query: ShardQuery,
        known: Sequence[SearchedFinger],
        persons: Rows,
        scores: Scores,
        depth: int,
    ) -> RankedPersons:
        """Return the first of each ranking. scores: of the fingers that are known here."""
        is_known = np.array(
            [
                any(finger.features is features for finger in known)
                for features in query.probe.values()
            ]
        )
        of_all = np.full((len(persons), len(query.probe)), np.nan, np.float32)
        of_all[:, is_known] = scores
        first = first_of_each_ranking(of_all, depth, ranks_all=query.depth.ranks_all)
        rows, table = persons[first], self._table.persons
        return RankedPersons(
            table.ids.ids(rows), table.first_changes(rows), of_all[first], is_known, depth
        )

    def _searched_fingers(
        self, probe: Mapping[int, FingerFeatures], any_position: bool
    ) -> list[SearchedFinger]:
        """Return those fingers of the probe that have a position to be searched."""
        present = sorted(p for p, fingers in self._table.fingers.items() if len(fingers))
        searched = [
            SearchedFinger(finger, [p for p in present if any_position or p == position])
            for position, finger in probe.items()
        ]
        return [finger for finger in searched if finger.positions]

    def _all_persons(self, positions: Iterable[int], in_scope: InScope) -> Rows:
        """Return all persons that have a finger at one of these positions, oldest first."""
        return self._table.persons.oldest_first(self._table.all_persons(positions, in_scope))

    def _found_by_either(
        self, probe: Sequence[SearchedFinger], in_scope: InScope, depth: SearchDepth
    ) -> Rows:
        """Return the persons of both channels, oldest first."""
        similar, similarities = self._similar(
            probe, in_scope, depth.by_embedding, by_codes=depth.by_codes
        )
        voted, votes = self._voted(probe, in_scope) if depth.voted else _NOBODY
        found = [
            similar[choose_shortlist(similarities, depth.by_embedding, ranks_all=depth.ranks_all)],
            voted[choose_shortlist(votes, depth.voted, ranks_all=depth.ranks_all)],
        ]
        return self._table.persons.oldest_first(_union(found))

    def _voted(self, probe: Sequence[SearchedFinger], in_scope: InScope) -> tuple[Rows, Scores]:
        """Return the persons that have any votes, oldest first, and the votes by each finger.

        float32 (persons, fingers), NaN for none. A person has those for its best impression.
        """
        voted = [self._votes_by_finger(finger, in_scope) for finger in probe]
        persons = self._table.persons.oldest_first(_union([each for each, _ in voted]))
        votes = np.full((len(persons), len(voted)), -np.inf, np.float32)
        order = np.argsort(persons)
        for column, (of_finger, of_each) in enumerate(voted):
            rows = order[np.searchsorted(persons, of_finger, sorter=order)]
            np.maximum.at(votes[:, column], rows, of_each)
        votes[np.isinf(votes)] = np.nan
        return persons, votes

    def _votes_by_finger(self, finger: SearchedFinger, in_scope: InScope) -> tuple[Rows, Scores]:
        """Return persons, one for each of their impressions, and the votes for these."""
        persons, votes = [_NO_PERSONS], [np.empty(0, np.float32)]
        for position in finger.positions:
            rows, of_rows = self._table.fingers[position].votes(finger.features)
            kept, of_person = self._table.person_of_each(position, rows, in_scope)
            persons.append(of_person)
            votes.append(of_rows[kept])
        return np.concatenate(persons), np.concatenate(votes)

    def _similar(
        self, probe: Sequence[SearchedFinger], in_scope: InScope, count: int, *, by_codes: bool
    ) -> tuple[Rows, Scores]:
        """Return at least the ``count`` persons most similar by each finger and by the sum.

        Oldest first, with their similarities, float32 (persons, fingers), NaN for no such finger:
        by codes of the embeddings, whole numbers, or by the embeddings themselves.
        """
        if by_codes:
            return self._similar_by_codes(probe, in_scope, count)
        positions = dict.fromkeys(p for finger in probe for p in finger.positions)
        persons = self._all_persons(positions, in_scope)
        return persons, self._best_scores(PositionFingers.similarities, probe, persons, in_scope)

    def _similar_by_codes(
        self, probe: Sequence[SearchedFinger], in_scope: InScope, count: int
    ) -> tuple[Rows, Scores]:
        persons = self._table.persons_in_scope(in_scope)
        best = np.full((len(probe), self._table.persons.ids.row_count + 1), NO_SIMILARITY)
        for finger, of_finger in zip(probe, best, strict=True):
            query = query_of(finger.features.embedding)
            for position in finger.positions:
                self._table.fingers[position].keep_best(query, persons, of_finger)
        found = self._table.persons.oldest_first(among_the_best(best[:, :-1], count))
        similarities = best[:, found].T
        is_known = similarities != NO_SIMILARITY
        return found, np.where(is_known, similarities.astype(np.float32), np.float32(np.nan))

    def _best_scores(
        self,
        score: ScoreRows,
        probe: Sequence[SearchedFinger],
        persons: Rows,
        in_scope: InScope,
    ) -> Scores:
        """Return each person's best impression's score, float32 (persons, fingers), or NaN."""
        columns = []
        for finger in probe:
            column = np.full(len(persons), -np.inf, np.float32)
            for position in finger.positions:
                of_person, rows = self._table.rows_of(position, persons, in_scope)
                scores = score(self._table.fingers[position], finger.features, rows)
                np.maximum.at(column, of_person, scores)
            columns.append(np.where(np.isinf(column), np.nan, column))
        return np.column_stack([np.empty((len(persons), 0), np.float32), *columns])


def _union(persons: Sequence[Rows]) -> Rows:
    return np.unique(np.concatenate([_NO_PERSONS, *persons]))
