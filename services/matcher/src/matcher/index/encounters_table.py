"""Which encounters does the index hold, whose are they, and which of them may a search find?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry, UnreadableFinger
from matcher.domain.searched_content import ContentSums
from matcher.domain.shortlist import Impression, ReferencePerson, SearchScope
from matcher.index.finger_segment import NO_OWNER, FingerSegment
from matcher.index.gallery_sets import GallerySets
from matcher.index.growable_array import GrowableArray
from matcher.index.memory_checksum import memory_checksum
from matcher.index.person_table import POSITION_SETS, PersonTable
from matcher.index.row_ids import RowIds

Rows = NDArray[np.int64]
InScope = NDArray[np.bool_]
"""Which encounters a search may find, bool (rows,), by row of the encounters table."""


@dataclass(frozen=True, slots=True, eq=False)
class EncounterRow:
    """An encounter of the table.

    finger_rows: by finger position, the row in its segment. unreadable: positions left out.
    checksum: of what searches use of it in the database. memory_checksum: of the entry added.
    """

    encounter_id: str
    person_id: str
    status: EncounterStatus
    added_by_change: int
    finger_rows: dict[int, int]
    unreadable: tuple[int, ...]
    checksum: int
    memory_checksum: int


class EncountersTable:
    """Searched encounters by row, with their fingers in segments and their persons.

    Not thread-safe: `MemoryIndex` holds a lock around it. A row is used again when its encounter
    is removed. segments: by finger position; none is empty.
    """

    def __init__(self) -> None:
        self.segments: dict[int, FingerSegment] = {}
        self.persons = PersonTable()
        self.sums = ContentSums()
        self._encounters: dict[int, EncounterRow] = {}
        self._row_ids = RowIds()
        self._row: dict[str, int] = {}
        self._gallery_sets = GallerySets()
        self._incomplete: set[int] = set()  # rows of encounters with fingers that are left out
        # By row of the encounter:
        self._in_use = GrowableArray(np.bool_)
        self._person = GrowableArray(np.int64)  # row of its person
        self._added = GrowableArray(np.int64)  # change that added it
        self._positions = GrowableArray(np.uint16)  # set of its finger positions
        self._galleries = GrowableArray(np.int32)  # number of its set of galleries

    def update(self, removed: Iterable[str], entries: Sequence[IndexEntry]) -> None:
        """Remove encounters, then add some; those that are there already are replaced."""
        for encounter_id in [*removed, *(entry.encounter_id for entry in entries)]:
            self._remove(encounter_id)
        self._add([entry for entry in entries if entry.status.is_searched])
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
            IndexEntry(
                each.encounter_id,
                each.person_id,
                each.status,
                each.added_by_change,
                fingers[row],
                each.unreadable,
                self._gallery_sets.galleries(self._galleries.rows[row]),
                each.checksum,
            )
            for row, each in self._encounters.items()
        ]

    def examine(self, after: int, last: int) -> tuple[dict[str, int], list[str]]:
        """Return the checksums of encounters by id, and the ids of those that memory has altered.

        Of those that a change after the one and up to the other added.
        """
        added = self._added.rows
        rows = np.flatnonzero((added > after) & (added <= last)).tolist()
        present = [(row, self._encounters[row]) for row in rows if row in self._encounters]
        altered = [
            encounter.encounter_id
            for row, encounter in present
            if memory_checksum(self._entry(row, encounter)) != encounter.memory_checksum
        ]
        return {encounter.encounter_id: encounter.checksum for _, encounter in present}, altered

    def in_scope(self, scope: SearchScope) -> InScope:
        """Return which encounters a search of this scope may find."""
        in_scope = self._in_use.rows.copy()
        if scope.added_before is not None:
            in_scope &= self._added.rows < scope.added_before
        if (encounter := self._row.get(scope.except_encounter_id or "")) is not None:
            in_scope[encounter] = False
        if (person := self.persons.row_of(scope.except_person_id)) is not None:
            in_scope[self.persons.encounters(person)] = False
        if scope.galleries:
            in_scope &= self._gallery_sets.with_any_of(scope.galleries)[self._galleries.rows]
        return in_scope

    def people_by_positions(self, in_scope: InScope) -> Rows:
        """Return how many persons have exactly which finger positions within a scope.

        int64 (1024,), by set of positions: bit p - 1 is set if position p is in the set.
        """
        left_out = self._person.rows[self._in_use.rows & ~in_scope]
        if not len(left_out):
            return self.persons.people_by_positions.copy()
        concerned = np.zeros(self.persons.row_count, np.bool_)
        concerned[left_out] = True
        rest = np.flatnonzero(in_scope & concerned[self._person.rows])
        persons, positions = self._person.rows[rest], np.zeros_like(self.persons.positions)
        np.bitwise_or.at(positions, persons, self._positions.rows[rest])
        return (
            self.persons.people_by_positions
            - np.bincount(self.persons.positions[concerned], minlength=POSITION_SETS)
            + np.bincount(positions[np.unique(persons)], minlength=POSITION_SETS)
        )

    def persons_of(self, position: int, rows: Rows, in_scope: InScope) -> Rows:
        """Return the persons in a scope whose rows of a segment these are, each once."""
        owners = self.segments[position].owner[rows]
        return np.unique(self._person.rows[owners[in_scope[owners]]])

    def person_of_each(self, position: int, rows: Rows, in_scope: InScope) -> tuple[Rows, Rows]:
        """Return the indices of those rows of a segment that are in a scope, and their persons."""
        owners = self.segments[position].owner[rows]
        kept = np.flatnonzero(in_scope[owners])
        return kept, self._person.rows[owners[kept]]

    def rows_of(self, position: int, persons: Rows, in_scope: InScope) -> tuple[Rows, Rows]:
        """Return all rows of a segment that these persons have within a scope.

        For each row, int64 (n,): the index of its person in ``persons``, and the row.
        """
        index = np.full(self.persons.row_count, NO_OWNER, np.int64)
        index[persons] = np.arange(len(persons))
        rows = self.segments[position].present
        owners = self.segments[position].owner[rows]
        index_of_row = index[self._person.rows[owners]]
        chosen = (index_of_row != NO_OWNER) & in_scope[owners]
        return index_of_row[chosen], rows[chosen]

    def reference_person(
        self, person: int, positions: Iterable[int], in_scope: InScope
    ) -> ReferencePerson:
        """Return a person with all impressions of these fingers within a scope, newest first.

        Known fraud is by all encounters of the person, also those out of scope.
        """
        rows = self.persons.encounters(person)
        encounters = [self._encounters[int(row)] for row in rows]
        usable = [self._encounters[int(row)] for row in rows[in_scope[rows]]]
        impressions = {position: self._impressions(position, usable) for position in positions}
        return ReferencePerson(
            self.persons.person_id(person),
            any(encounter.status is EncounterStatus.FRAUD for encounter in encounters),
            {position: found for position, found in impressions.items() if found},
            statuses={encounter.encounter_id: encounter.status for encounter in usable},
        )

    def incomplete_people(self, in_scope: InScope) -> int:
        """Return how many persons have an encounter within a scope with fingers left out."""
        rows = np.array(sorted(self._incomplete), np.int64)
        return len(np.unique(self._person.rows[rows[in_scope[rows]]]))

    def unreadable(self) -> tuple[UnreadableFinger, ...]:
        """Return the fingers that are left out, sorted."""
        return tuple(
            sorted(
                UnreadableFinger(self._encounters[row].encounter_id, position)
                for row in self._incomplete
                for position in self._encounters[row].unreadable
            )
        )

    def _impressions(self, position: int, encounters: Sequence[EncounterRow]) -> list[Impression]:
        return [
            Impression(
                each.encounter_id, self.segments[position].prepared(each.finger_rows[position])
            )
            for each in encounters
            if position in each.finger_rows
        ]

    def _entry(self, row: int, encounter: EncounterRow) -> IndexEntry:
        """Return an entry as searches see it."""
        return IndexEntry(
            encounter.encounter_id,
            self.persons.person_id(int(self._person.rows[row])),
            encounter.status,
            int(self._added.rows[row]),
            {
                position: self.segments[position].finger(finger_row)
                for position, finger_row in encounter.finger_rows.items()
                if self._in_use.rows[row] and self.segments[position].owner[finger_row] == row
            },
            encounter.unreadable,
            self._gallery_sets.galleries(self._galleries.rows[row]),
            encounter.checksum,
        )

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
            entry.encounter_id,
            entry.person_id,
            entry.status,
            entry.added_by_change,
            {},
            entry.unreadable,
            entry.checksum,
            memory_checksum(entry),
        )
        self.sums = self.sums.plus(len(entry.fingers) + len(entry.unreadable), entry.checksum)
        if entry.unreadable:
            self._incomplete.add(row)
        self._row[entry.encounter_id] = row
        if row == self.row_count:
            self._add_column_rows()
        self._in_use.rows[row] = True
        self._added.rows[row] = entry.added_by_change
        self._galleries.rows[row] = self._gallery_sets.number_of(entry.galleries)
        self._positions.rows[row] = positions = sum(1 << position - 1 for position in entry.fingers)
        self._person.rows[row] = self.persons.add(
            entry.person_id, entry.added_by_change, row, positions
        )

    def _add_column_rows(self) -> None:
        """Append one row to each column; its values are to be set."""
        self._in_use.extend([np.zeros(1, np.bool_)])
        self._positions.extend([np.zeros(1, np.uint16)])
        self._galleries.extend([np.zeros(1, np.int32)])
        for column in (self._person, self._added):
            column.extend([np.zeros(1, np.int64)])

    def _set_finger_rows(self, position: int, segment: FingerSegment, rows: Iterable[int]) -> None:
        for row in rows:
            self._encounters[int(segment.owner[row])].finger_rows[position] = row

    def _remove(self, encounter_id: str) -> None:
        row = self._row.pop(encounter_id, None)
        if row is None:
            return
        encounter = self._encounters.pop(row)
        self._incomplete.discard(row)
        stored_fingers = len(encounter.finger_rows) + len(encounter.unreadable)
        self.sums = self.sums.minus(stored_fingers, encounter.checksum)
        self._in_use.rows[row] = False
        self.persons.remove(encounter.person_id, row)
        for position, finger_row in encounter.finger_rows.items():
            self.segments[position].remove(finger_row)
        self._row_ids.release(row)

    def _compact(self, position: int, segment: FingerSegment) -> None:
        del self.segments[position]
        if len(segment):
            self.segments[position] = compacted = segment.compacted()
            self._set_finger_rows(position, compacted, range(len(compacted)))
