"""Which encounters does the index hold, whose are they, and which of them may a search find?"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import UnreadableFinger
from matcher.domain.searched_content import ContentSums
from matcher.domain.shortlist import Impression, ReferencePerson, SearchScope
from matcher.index.finger_segment import FingerSegment
from matcher.index.gallery_sets import GallerySets
from matcher.index.growable_array import GrowableArray
from matcher.index.id_table import NO_ROW, Ids, IdTable
from matcher.index.in_scope import NO_LIMIT, InScope, ScopeLimits
from matcher.index.index_columns import (
    EncounterColumns,
    FingerColumns,
    memory_checksums,
    positions_of,
)
from matcher.index.person_table import Counts, PersonTable
from matcher.index.position_fingers import PositionFingers
from matcher.index.segment_file import SegmentFile

Rows = NDArray[np.int64]
FingerRows = Mapping[int, Rows]
"""Rows of fingers by position."""
_BLOCK = 4096
"""Rows of which the newest change is known, so that a search need not look for later ones."""


class EncountersTable:
    """Searched encounters by row, with their fingers and their persons.

    Not thread-safe: `MemoryIndex` holds a lock around it. A row is used again when its encounter
    is removed. fingers: by finger position.
    """

    def __init__(self) -> None:
        self.fingers: dict[int, PositionFingers] = {}
        self.sums = ContentSums()
        self._ids = IdTable()
        self._gallery_sets = GallerySets()
        self._incomplete: set[int] = set()  # rows of encounters with fingers that are left out
        self._freezes = 0
        self._removed: list[tuple[int, int]] = []  # rows to be wiped, each with its person's row
        # By row of the encounter:
        self._in_use = GrowableArray(np.bool_)
        self._person = GrowableArray(np.int32)  # row of its person
        self._added = GrowableArray(np.int64)  # change that added it
        self._positions = GrowableArray(np.uint16)  # set of its finger positions
        self._unreadable = GrowableArray(np.uint16)  # set of positions that are left out
        self._status = GrowableArray(np.uint8)
        self._galleries = GrowableArray(np.int32)  # number of its set of galleries
        self._checksum = GrowableArray(np.uint64)  # of what searches use of it in the database
        self._memory_checksum = GrowableArray(np.uint32)  # of the entry that was added
        self._newest = GrowableArray(np.int64)  # by block of rows: no later change added one
        self.persons = PersonTable(self._added, self._positions)

    def update(
        self, removed: Iterable[str], added: EncounterColumns, finger_rows: FingerRows
    ) -> None:
        """Remove encounters, then add some; those that are there already are replaced.

        finger_rows: of the fingers that are added, as `append_fingers` returned them; NO_ROW of
        those that their encounter has already, and keeps.
        """
        before = self._ids.find(added.encounter_id)
        kept_rows = {}
        for position, rows in finger_rows.items():
            kept = rows == NO_ROW
            owners = before[added.fingers[position].owner[kept]]
            kept_rows[position] = rows.copy()
            kept_rows[position][kept] = self.fingers[position].release(owners)
        for encounter_id in removed:
            self._remove(self._ids.row_of(encounter_id))
        for row in self._ids.find(added.encounter_id).tolist():
            self._remove(row)
        if len(added):
            self.add(added, kept_rows)

    def held_fingers(
        self, position: int, encounter_ids: Ids, fingers: FingerColumns
    ) -> NDArray[np.bool_]:
        """Return which fingers their encounters have already, and may keep, bool (n,).

        encounter_ids: of each finger.
        """
        if position not in self.fingers:
            return np.zeros(len(encounter_ids), np.bool_)
        return self.fingers[position].holds(self._ids.find(encounter_ids), fingers)

    def append_fingers(self, position: int, fingers: FingerColumns) -> Rows:
        """Append fingers that no search finds until they are added; return their rows."""
        return self._of_position(position).append(fingers)

    def add_segment(self, position: int, segment: FingerSegment) -> int:
        """Put a segment beside others, of whose rows none is in use yet; return its number."""
        return self._of_position(position).add_segment(segment)

    def add(self, added: EncounterColumns, finger_rows: FingerRows) -> None:
        """Add encounters. finger_rows: of their fingers, but those that `sealed` names.

        Raises ValueError if one is there, or has another's finger: the table is of no use then.
        """
        rows, new = self._ids.add(added.encounter_id)
        if new != len(rows):
            raise ValueError("an encounter is there twice")
        self._lengthen()
        sets = [self._gallery_sets.number_of(each) for each in added.gallery_sets]
        self._in_use.rows[rows] = True
        self._added.rows[rows] = added.added_by_change
        self._positions.rows[rows] = added.positions
        self._unreadable.rows[rows] = added.unreadable
        self._status.rows[rows] = added.status
        self._galleries.rows[rows] = np.array(sets, np.int32)[added.galleries]
        self._checksum.rows[rows] = added.checksum
        self._memory_checksum.rows[rows] = added.memory_checksum
        np.maximum.at(self._newest.rows, rows // _BLOCK, added.added_by_change)
        self._person.rows[rows] = self.persons.add(added.person_id, rows)
        self._incomplete.update(rows[added.unreadable != 0].tolist())
        for position, columns in added.fingers.items():
            self.fingers[position].give(finger_rows[position], rows[columns.owner])
        for position, sealed in added.sealed.items():
            self.fingers[position].give(sealed.row, rows[sealed.owner])
        fingers = np.bitwise_count(added.positions) + np.bitwise_count(added.unreadable)
        self.sums = self.sums.plus(
            len(rows), int(fingers.sum()), int(added.checksum.sum(dtype=np.uint64))
        )

    def size(self) -> tuple[int, int, int]:
        """Return how many persons and fingers there are, and the bytes that all of it takes."""
        fingers = self.fingers.values()
        size_bytes = sum(of_position.size_bytes for of_position in fingers)
        size_bytes += sum(column.rows.nbytes for column in self._columns)
        size_bytes += self._ids.size_bytes + self.persons.size_bytes
        return len(self.persons), sum(map(len, fingers)), size_bytes

    @property
    def row_count(self) -> int:
        """How many rows there are, unused ones included."""
        return self._ids.row_count

    def freeze(self) -> Rows:
        """Let nothing be wiped until `thaw`, and return the rows in use, int64 (n,)."""
        self._freezes += 1
        return np.flatnonzero(self._in_use.rows)

    @property
    def freezes(self) -> int:
        """How many freezes there are that have not ended."""
        return self._freezes

    def thaw(self) -> None:
        """End a `freeze`: what was removed meanwhile may be wiped."""
        self._freezes -= 1

    def wipe(self, count: int) -> bool:
        """Overwrite so many encounters that are removed; return whether some are left for later."""
        while count and self._removed and not self._freezes:
            self._wipe(*self._removed.pop())
            count -= 1
        return bool(self._removed) and not self._freezes

    def files(self) -> dict[int, dict[int, SegmentFile]]:
        """Return the files of sealed segments: by position, by number of the segment."""
        return {position: each.files() for position, each in self.fingers.items()}

    def is_purged(self) -> bool:
        """Return whether no file holds a finger that was removed."""
        return all(fingers.is_purged() for fingers in self.fingers.values())

    def columns(self, rows: Rows, files: Mapping[int, Collection[int]]) -> EncounterColumns:
        """Return a copy of rows that are not wiped.

        files: by position, numbers of segments whose fingers are not copied: it is told where they
        are.
        """
        numbers, galleries = np.unique(self._galleries.rows[rows], return_inverse=True)
        fingers = {p: each.columns(rows, files.get(p, ())) for p, each in self.fingers.items()}
        return EncounterColumns(
            self._ids.ids(rows),
            self.persons.ids.ids(self._person.rows[rows]),
            self._status.rows[rows],
            self._added.rows[rows],
            self._unreadable.rows[rows],
            self._checksum.rows[rows],
            self._memory_checksum.rows[rows],
            galleries.astype(np.int32),
            [self._gallery_sets.galleries(number) for number in numbers.tolist()],
            {position: each for position, each in fingers.items() if each is not None},
            {p: self.fingers[p].sealed(rows, of_position) for p, of_position in files.items()},
        )

    def added_by(self, rows: Rows) -> Rows:
        """Return the numbers of the changes that added these encounters."""
        return self._added.rows[rows]

    def examine(self, after: int, last: int) -> tuple[dict[str, int], list[str]]:
        """Return the checksums of encounters by id, and the ids of those that memory has altered.

        Of those that a change after the one and up to the other added.
        """
        added = self._added.rows
        rows = np.flatnonzero((added > after) & (added <= last) & self._in_use.rows)
        columns = self.columns(rows, {})
        right = memory_checksums(columns) == columns.memory_checksum
        for fingers in self.fingers.values():
            right &= fingers.are_right(rows)
        ids = [each.decode() for each in columns.encounter_id.tolist()]
        altered = [ids[row] for row in np.flatnonzero(~right).tolist()]
        return dict(zip(ids, columns.checksum.tolist(), strict=True)), altered

    def in_scope(self, scope: SearchScope) -> InScope:
        """Return which encounters a search of this scope may find."""
        return InScope(
            ScopeLimits(
                self._in_use.rows,
                self._person.rows,
                self._added.rows,
                self._galleries.rows,
                NO_LIMIT if scope.added_before is None else scope.added_before,
                self._ids.row_of(scope.except_encounter_id or ""),
                self.persons.ids.row_of(scope.except_person_id or ""),
                bool(scope.galleries),
                self._gallery_sets.with_any_of(scope.galleries),
            )
        )

    def people_by_positions(self, in_scope: InScope) -> Counts:
        """Return how many persons have exactly which finger positions within a scope.

        int64 (1024,), by set of positions: bit p - 1 is set if position p is in the set. Looks at
        those encounters only that are left out, unless a scope is limited by galleries.
        """
        if in_scope.limits.galleries_limited:
            _, outside = in_scope.all_rows
        else:
            _, outside = in_scope.partition(self._maybe_outside(in_scope.limits))
        if len(outside) <= len(self._ids) // 2:
            return self.persons.count_without(outside, in_scope)
        inside, _ = in_scope.all_rows
        return self.persons.count_inside(inside, in_scope)

    def persons_in_scope(self, in_scope: InScope) -> NDArray[np.int32]:
        """Return the person of each encounter, and at the end of none.

        That of an encounter out of scope, and of none, is the number of persons' rows. Of a removed
        one it is of no matter, as it has no finger.
        """
        nobody = self.persons.ids.row_count
        if in_scope.limits.galleries_limited:
            persons = np.full(self.row_count + 1, nobody, np.int32)
            inside, _ = in_scope.all_rows
            persons[inside] = self._person.rows[inside]
        else:
            persons = np.append(self._person.rows, np.int32(nobody))
            rows = self._maybe_outside(in_scope.limits)
            persons[rows[~in_scope[rows]]] = nobody
        return persons

    def all_persons(self, positions: Iterable[int], in_scope: InScope) -> Rows:
        """Return the persons in a scope that have a finger at one of these positions, each once."""
        wanted = np.uint16(sum(1 << position - 1 for position in positions))
        rows, _ = in_scope.all_rows
        return np.unique(self._person.rows[rows[self._positions.rows[rows] & wanted != 0]])

    def person_of_each(self, encounters: Rows, in_scope: InScope) -> tuple[Rows, Rows]:
        """Return the indices of those encounters that are in a scope, and their persons.

        encounters: NO_ROW for none.
        """
        kept = np.flatnonzero(in_scope[encounters])
        return kept, self._person.rows[encounters[kept]].astype(np.int64)

    def rows_of(self, position: int, persons: Rows, in_scope: InScope) -> tuple[Rows, Rows]:
        """Return all rows of a position that these persons have within a scope.

        For each row, int64 (n,): the index of its person in ``persons``, and the row.
        """
        return self.persons.rows_of(persons, self.fingers[position].finger_rows.rows, in_scope)

    def reference_person(
        self, person: int, positions: Iterable[int], in_scope: InScope
    ) -> ReferencePerson:
        """Return a person with all impressions of these fingers within a scope, newest first.

        Known fraud is by all encounters of the person, also those out of scope.
        """
        rows = self.persons.encounters(person)
        usable = rows[in_scope[rows]].tolist()
        impressions = {position: self._impressions(position, usable) for position in positions}
        return ReferencePerson(
            self.persons.ids.id(person),
            bool((self._status.rows[rows] == EncounterStatus.FRAUD).any()),
            {position: found for position, found in impressions.items() if found},
            statuses={
                self._ids.id(row): EncounterStatus(int(self._status.rows[row])) for row in usable
            },
        )

    def incomplete_people(self, in_scope: InScope) -> int:
        """Return how many persons have an encounter within a scope with fingers left out."""
        rows = np.array([*self._incomplete], np.int64)
        return len(np.unique(self._person.rows[rows[in_scope[rows]]]))

    def unreadable(self) -> tuple[UnreadableFinger, ...]:
        """Return the fingers that are left out, sorted."""
        return tuple(
            sorted(
                UnreadableFinger(self._ids.id(row), position)
                for row in self._incomplete
                for position in positions_of(self._unreadable.rows[row])
            )
        )

    @property
    def _columns(self) -> Sequence[GrowableArray[Any]]:
        """Those whose blank rows hold zeros."""
        return (
            self._in_use,
            self._person,
            self._added,
            self._positions,
            self._unreadable,
            self._status,
            self._galleries,
            self._checksum,
            self._memory_checksum,
        )

    def _maybe_outside(self, limits: ScopeLimits) -> Rows:
        """Return rows that include each encounter out of a scope once; galleries left aside."""
        late_blocks = self._newest.rows >= limits.added_before
        rows = np.flatnonzero(late_blocks)[:, None] * _BLOCK + np.arange(_BLOCK)
        excepted = {limits.except_encounter} - {NO_ROW}
        if limits.except_person != NO_ROW:
            excepted |= {*self.persons.encounters(limits.except_person).tolist()}
        others = [row for row in excepted if not late_blocks[row // _BLOCK]]
        return np.concatenate([rows[rows < self.row_count], np.array(others, np.int64)])

    def _impressions(self, position: int, rows: Sequence[int]) -> list[Impression]:
        prepared = [(row, self.fingers[position].prepared(row)) for row in rows]
        return [Impression(self._ids.id(row), each) for row, each in prepared if each is not None]

    def _of_position(self, position: int) -> PositionFingers:
        if position not in self.fingers:
            self.fingers[position] = PositionFingers(self.row_count)
        return self.fingers[position]

    def _lengthen(self) -> None:
        """Append blank rows to all columns, for encounters that are to be added."""
        finger_rows = [each.finger_rows for each in self.fingers.values()]
        for column in (*self._columns, *finger_rows):
            column.lengthen(self.row_count)
        self._newest.lengthen(-(-self.row_count // _BLOCK))

    def _remove(self, row: int) -> None:
        """Let an encounter not be found any more, if there is one."""
        if row == NO_ROW:
            return
        self._ids.remove(row)
        self._in_use.rows[row] = False
        self._incomplete.discard(row)
        stored = self._positions.rows[row] | self._unreadable.rows[row]
        self.sums = self.sums.minus(int(stored).bit_count(), int(self._checksum.rows[row]))
        person = int(self._person.rows[row])
        is_last = self.persons.remove(person, row)
        for fingers in self.fingers.values():
            fingers.remove(row)
        self._removed.append((row, person if is_last else NO_ROW))

    def _wipe(self, row: int, person: int) -> None:
        """Overwrite what memory holds of a removed encounter, and of a person without any."""
        for fingers in self.fingers.values():
            fingers.wipe(row)
        for column in self._columns:
            column.rows[row] = 0
        self._ids.wipe(row)
        if person != NO_ROW:
            self.persons.ids.wipe(person)
