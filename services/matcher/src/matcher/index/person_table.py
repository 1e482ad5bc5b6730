"""Which encounters does each person have, and of which fingers?"""

import numpy as np
from numpy.typing import NDArray

from matcher.index.growable_array import GrowableArray
from matcher.index.id_table import NO_ROW, Ids, IdTable, Links
from matcher.index.in_scope import InScope, ScopeLimits, is_in_scope
from matcher.jit import compiled

Rows = NDArray[np.int64]
Changes = NDArray[np.int64]
"""Number of the change that added each encounter, int64 (rows,)."""
Positions = NDArray[np.uint16]
"""Sets of finger positions, uint16 (n,): bit p - 1 is set if position p is in the set."""
Counts = NDArray[np.int64]
"""How many persons have exactly which finger positions, int64 (POSITION_SETS,)."""
POSITION_SETS = 1 << 10
"""How many sets of finger positions there are."""


class PersonTable:
    """Persons with at least one encounter, by row; a row is used again when its person is gone.

    Encounters go by their rows in the encounters table; those of a person are a linked list, newest
    first. added, positions: columns of that table. people_by_positions: over all persons.
    """

    def __init__(self, added: GrowableArray[np.int64], positions: GrowableArray[np.uint16]) -> None:
        self.ids = IdTable()
        self.people_by_positions = np.zeros(POSITION_SETS, np.int64)
        self._added = added
        self._encounter_positions = positions
        self._next = GrowableArray(np.int32, blank=NO_ROW)  # by row of the encounter
        # By row of the person:
        self._first = GrowableArray(np.int32, blank=NO_ROW)  # its newest encounter
        self._first_change = GrowableArray(np.int64)  # that added its oldest encounter
        self._positions = GrowableArray(np.uint16)  # of all its encounters

    def add(self, person_ids: Ids, encounters: Rows) -> Rows:
        """Add encounters to persons, who may be new, and return the persons' rows."""
        persons, _ = self.ids.add(person_ids)
        for column in (self._first, self._first_change, self._positions):
            column.lengthen(self.ids.row_count)
        self._next.lengthen(len(self._added))
        _link(persons, encounters, *self._columns, self.people_by_positions)
        return persons

    def remove(self, row: int, encounter: int) -> bool:
        """Remove an encounter from a person; return whether it was the last one.

        A person without any is not found any more; its row is to be wiped.
        """
        _unlink(row, encounter, *self._columns, self.people_by_positions)
        if self._first.rows[row] != NO_ROW:
            return False
        self.ids.remove(row)
        return True

    def encounters(self, row: int) -> Rows:
        """Return the rows of a person's encounters, newest first, int64."""
        return _list(row, self._first.rows, self._next.rows)

    def rows_of(
        self, persons: Rows, finger_rows: NDArray[np.int64], in_scope: InScope
    ) -> tuple[Rows, Rows]:
        """Return the rows of a segment that persons have within a scope.

        finger_rows: by row of the encounter. Returns for each row, int64 (n,): the index of its
        person in ``persons``, and the row.
        """
        lists = self._first.rows, self._next.rows
        index, rows = _finger_rows(persons, *lists, finger_rows, in_scope.limits)
        return index, rows

    def __len__(self) -> int:
        """Return how many persons there are."""
        return len(self.ids)

    def count_inside(self, inside: Rows, in_scope: InScope) -> Counts:
        """Return how many persons have which positions in scope, of those with these encounters.

        inside: all encounters in scope.
        """
        return self._count(inside, True, in_scope, np.zeros(POSITION_SETS, np.int64))

    def count_without(self, outside: Rows, in_scope: InScope) -> Counts:
        """Return how many of all persons have which positions in scope.

        outside: all encounters out of scope.
        """
        return self._count(outside, False, in_scope, self.people_by_positions.copy())

    def _count(self, rows: Rows, inside: bool, in_scope: InScope, counts: Counts) -> Counts:
        _count_persons(rows, inside, in_scope.limits, *self._columns, counts)
        return counts

    def oldest_first(self, rows: Rows) -> Rows:
        """Return the same persons by their first change: an order common to all replicas."""
        return rows[np.argsort(self._first_change.rows[rows])]

    def first_changes(self, rows: Rows) -> Changes:
        """Return the number of the change that added the oldest encounter of each person."""
        return self._first_change.rows[rows]

    @property
    def size_bytes(self) -> int:
        """Memory that its rows take, bytes; what is reserved for growth is not counted."""
        return self.ids.size_bytes + sum(part.nbytes for part in self._columns[2:])

    @property
    def _columns(self) -> tuple[Changes, Positions, Links, Links, Changes, Positions]:
        return (
            self._added.rows,
            self._encounter_positions.rows,
            self._next.rows,
            self._first.rows,
            self._first_change.rows,
            self._positions.rows,
        )


@compiled
def _link(
    persons: Rows,
    encounters: Rows,
    added: Changes,
    encounter_positions: Positions,
    following: Links,
    first: Links,
    first_change: Changes,
    positions: Positions,
    counts: Counts,
) -> None:
    """Put encounters where they belong in the lists of their persons."""
    for k in range(len(encounters)):
        person, encounter = persons[k], encounters[k]
        before, after = NO_ROW, first[person]
        while after != NO_ROW and (added[after], after) > (added[encounter], encounter):
            before, after = after, following[after]
        following[encounter] = after
        if first[person] == NO_ROW:
            first_change[person], positions[person] = added[encounter], np.uint16(0)
        else:
            counts[positions[person]] -= 1
        if before == NO_ROW:
            first[person] = encounter
        else:
            following[before] = encounter
        first_change[person] = min(first_change[person], added[encounter])
        positions[person] |= encounter_positions[encounter]
        counts[positions[person]] += 1


@compiled
def _unlink(
    person: int,
    encounter: int,
    added: Changes,
    encounter_positions: Positions,
    following: Links,
    first: Links,
    first_change: Changes,
    positions: Positions,
    counts: Counts,
) -> None:
    """Take an encounter out of the list of its person."""
    counts[positions[person]] -= 1
    if first[person] == encounter:
        first[person] = following[encounter]
    else:
        before = first[person]
        while following[before] != encounter:
            before = following[before]
        following[before] = following[encounter]
    positions[person], first_change[person] = 0, 0
    row = first[person]
    while row != NO_ROW:
        positions[person] |= encounter_positions[row]
        first_change[person] = added[row]
        row = following[row]
    if first[person] != NO_ROW:
        counts[positions[person]] += 1


@compiled
def _list(person: int, first: Links, following: Links) -> Rows:
    length, row = 0, first[person]
    while row != NO_ROW:
        length, row = length + 1, following[row]
    rows = np.empty(length, np.int64)
    row = first[person]
    for k in range(length):
        rows[k], row = row, following[row]
    return rows


@compiled
def _finger_rows(
    persons: Rows,
    first: Links,
    following: Links,
    finger_rows: NDArray[np.int64],
    limits: ScopeLimits,
) -> tuple[Rows, Rows]:
    """Compute `PersonTable.rows_of` by following the list of each person."""
    indices, rows = np.empty(len(persons), np.int64), np.empty(len(persons), np.int64)
    found = 0
    for k in range(len(persons)):
        encounter = first[persons[k]]
        while encounter != NO_ROW:
            if finger_rows[encounter] != NO_ROW and is_in_scope(encounter, limits):
                if found == len(rows):
                    indices, rows = np.append(indices, indices), np.append(rows, rows)
                indices[found], rows[found] = k, finger_rows[encounter]
                found += 1
            encounter = following[encounter]
    return indices[:found], rows[:found]


@compiled
def _count_persons(
    encounters: Rows,
    inside: bool,
    limits: ScopeLimits,
    added: Changes,
    encounter_positions: Positions,
    following: Links,
    first: Links,
    first_change: Changes,
    positions: Positions,
    counts: Counts,
) -> None:
    """Count the persons of encounters that are all inside a scope, or all outside of it.

    Each person is counted at the first of these in its list: added if they are inside; if they are
    outside, moved to the positions that it has inside.
    """
    for encounter in encounters:
        person = limits.person[encounter]
        counted_at, inside_positions, has_inside = NO_ROW, np.uint16(0), False
        row = first[person]
        while row != NO_ROW:
            row_inside = is_in_scope(row, limits)
            if row_inside == inside and counted_at == NO_ROW:
                counted_at = row
            if row_inside:
                inside_positions |= encounter_positions[row]
                has_inside = True
            row = following[row]
        if counted_at != encounter:
            continue
        if not inside:
            counts[positions[person]] -= 1
        if has_inside:
            counts[inside_positions] += 1
