"""Which encounters does the index hold, whose are they, and which of them may a search find?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import Impression, ReferencePerson, SearchScope
from matcher.index.finger_segment import NO_OWNER, FingerSegment
from matcher.index.growable_array import GrowableArray
from matcher.index.person_table import PersonTable
from matcher.index.row_ids import RowIds

Rows = NDArray[np.int64]
_EMPTY_ROW = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class EncounterRow:
    """An encounter of the table. finger_rows: by finger position, the row in its segment."""

    encounter_id: str
    person_id: str
    status: EncounterStatus
    added_by_change: int
    finger_rows: dict[int, int]


class EncountersTable:
    """Searched encounters by row, with their fingers in segments and their persons.

    Not thread-safe: `MemoryIndex` holds a lock around it. A row is used again when its encounter
    is removed. segments: by finger position; none is empty.
    """

    def __init__(self) -> None:
        self.segments: dict[int, FingerSegment] = {}
        self.persons = PersonTable()
        self._encounters: dict[int, EncounterRow] = {}
        self._row_ids = RowIds()
        self._row: dict[str, int] = {}
        self._person = GrowableArray(np.int64)  # by row of the encounter: row of its person
        self._added = GrowableArray(np.int64)  # by row of the encounter: change that added it

    def update(self, removed: Iterable[str], entries: Sequence[IndexEntry]) -> None:
        """Remove encounters, then add some; those that are there already are replaced."""
        for encounter_id in [*removed, *(entry.encounter_id for entry in entries)]:
            self._remove(encounter_id)
        self._add([entry for entry in entries if entry.status.is_searched and entry.fingers])
        for position, segment in list(self.segments.items()):
            if segment.needs_compaction():
                self._compact(position, segment)

    def size(self) -> tuple[int, int, int]:
        """Return how many persons and fingers there are, and the bytes their features take."""
        segments = self.segments.values()
        size_bytes = sum(segment.size_bytes for segment in segments)
        return self.persons.count(), sum(map(len, segments)), size_bytes

    @property
    def row_count(self) -> int:
        """How many rows there are, unused ones included."""
        return len(self._added)

    def entries(self) -> list[IndexEntry]:
        """Return all encounters as they were added, in the order they were added in."""
        fingers: defaultdict[int, dict[int, FingerFeatures]] = defaultdict(dict)
        for position, segment in self.segments.items():
            for owner, finger in segment.fingers():
                fingers[owner][position] = finger
        return [
            IndexEntry(one.encounter_id, one.person_id, one.status, one.added_by_change, fingers[r])
            for r, one in self._encounters.items()
        ]

    def persons_of(self, position: int, rows: Rows, scope: SearchScope) -> Rows:
        """Return the persons in a scope whose rows of a segment these are, each once."""
        owners = self.segments[position].owner[rows]
        return np.unique(self._person.rows[owners[self._in_scope(owners, scope)]])

    def rows_of(self, position: int, persons: Rows, scope: SearchScope) -> tuple[Rows, Rows]:
        """Return all rows of a segment that these persons have within a scope.

        For each row, int64 (n,): the index of its person in ``persons``, and the row.
        """
        index = np.full(self.persons.row_count, NO_OWNER, np.int64)
        index[persons] = np.arange(len(persons))
        rows = self.segments[position].present
        owners = self.segments[position].owner[rows]
        index_of_row = index[self._person.rows[owners]]
        chosen = (index_of_row != NO_OWNER) & self._in_scope(owners, scope)
        return index_of_row[chosen], rows[chosen]

    def reference_person(
        self, person: int, positions: Iterable[int], scope: SearchScope
    ) -> ReferencePerson:
        """Return a person with all impressions of these fingers within a scope, newest first."""
        usable = [self._encounters[int(row)] for row in self._encounters_of(person, scope)]
        impressions = {position: self._impressions(position, usable) for position in positions}
        return ReferencePerson(
            self.persons.person_id(person),
            any(encounter.status is EncounterStatus.FRAUD for encounter in usable),
            {position: found for position, found in impressions.items() if found},
        )

    def people_searched(self, scope: SearchScope) -> int:
        """Return how many persons have an encounter within a scope."""
        excepted = {self.persons.row_of(scope.except_person_id)}
        if (encounter := self._row.get(scope.except_encounter_id or "")) is not None:
            excepted.add(int(self._person.rows[encounter]))
        without_exceptions = SearchScope(scope.added_before)
        left_out = [
            person
            for person in excepted
            if person is not None
            and len(self._encounters_of(person, without_exceptions))
            and not len(self._encounters_of(person, scope))
        ]
        return self.persons.count(scope.added_before) - len(left_out)

    def _in_scope(self, encounters: Rows, scope: SearchScope) -> NDArray[np.bool_]:
        """Return for each row of an encounter whether a search of this scope may find it."""
        in_scope = np.ones(len(encounters), np.bool_)
        if scope.added_before is not None:
            in_scope &= self._added.rows[encounters] < scope.added_before
        if (encounter := self._row.get(scope.except_encounter_id or "")) is not None:
            in_scope &= encounters != encounter
        if (person := self.persons.row_of(scope.except_person_id)) is not None:
            in_scope &= self._person.rows[encounters] != person
        return in_scope

    def _encounters_of(self, person: int, scope: SearchScope) -> Rows:
        """Return the rows of a person's encounters within a scope, newest first."""
        encounters = self.persons.encounters(person)
        return encounters[self._in_scope(encounters, scope)]

    def _impressions(self, position: int, encounters: Sequence[EncounterRow]) -> list[Impression]:
        return [
            Impression(
                each.encounter_id, self.segments[position].prepared(each.finger_rows[position])
            )
            for each in encounters
            if position in each.finger_rows
        ]

    def _add(self, entries: Sequence[IndexEntry]) -> None:
        for entry in entries:
            self._add_row(entry)
        for position in sorted({p for entry in entries for p in entry.fingers}):
            having = [entry for entry in entries if position in entry.fingers]
            owners = np.array([self._row[entry.encounter_id] for entry in having], np.int64)
            segment = self.segments.setdefault(position, FingerSegment())
            added = segment.add([entry.fingers[position] for entry in having], owners)
            self._set_finger_rows(position, segment, added)

    def _add_row(self, entry: IndexEntry) -> None:
        row = self._row_ids.allocate()
        self._encounters[row] = EncounterRow(
            entry.encounter_id, entry.person_id, entry.status, entry.added_by_change, {}
        )
        self._row[entry.encounter_id] = row
        if row == self.row_count:
            self._added.extend([_EMPTY_ROW])
            self._person.extend([_EMPTY_ROW])
        self._added.rows[row] = entry.added_by_change
        self._person.rows[row] = self.persons.add(entry.person_id, entry.added_by_change, row)

    def _set_finger_rows(self, position: int, segment: FingerSegment, rows: Iterable[int]) -> None:
        for row in rows:
            self._encounters[int(segment.owner[row])].finger_rows[position] = row

    def _remove(self, encounter_id: str) -> None:
        row = self._row.pop(encounter_id, None)
        if row is None:
            return
        encounter = self._encounters.pop(row)
        self.persons.remove(encounter.person_id, row)
        for position, finger_row in encounter.finger_rows.items():
            self.segments[position].remove(finger_row)
        self._row_ids.release(row)

    def _compact(self, position: int, segment: FingerSegment) -> None:
        del self.segments[position]
        if len(segment):
            self.segments[position] = compacted = segment.compacted()
            self._set_finger_rows(position, compacted, range(len(compacted)))
