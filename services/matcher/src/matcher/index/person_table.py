"""Which encounters does each person have, and of which fingers?"""

from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from matcher.index.growable_array import GrowableArray
from matcher.index.row_ids import RowIds

Rows = NDArray[np.int64]
Positions = NDArray[np.uint16]
"""Sets of finger positions, uint16 (n,): bit p - 1 is set if position p is in the set."""
POSITION_SETS = 1 << 10
"""How many sets of finger positions there are."""
_EMPTY_ROW = np.zeros(1, np.int64)
_NO_POSITIONS = np.zeros(1, np.uint16)


class PersonTable:
    """Persons with at least one encounter, by row; a row is used again when its person is gone.

    Encounters go by their rows in the encounters table. people_by_positions: int64
    (POSITION_SETS,), how many persons have exactly these finger positions on record.
    """

    def __init__(self) -> None:
        self._row_ids = RowIds()
        self._row: dict[str, int] = {}
        self._id: dict[int, str] = {}
        # By row: added by change, row of the encounter, its positions; rising.
        self._encounters: dict[int, list[tuple[int, int, int]]] = {}
        self._first_change = GrowableArray(np.int64)  # by row: that added the first encounter
        self._positions = GrowableArray(np.uint16)  # by row: of all encounters
        self.people_by_positions = np.zeros(POSITION_SETS, np.int64)

    def add(self, person_id: str, added_by_change: int, encounter: int, positions: int) -> int:
        """Add an encounter to a person, who may be new, and return the person's row.

        positions: set of the finger positions of the encounter.
        """
        row = self._row.get(person_id)
        if row is None:
            row = self._row_ids.allocate()
            self._row[person_id], self._id[row] = row, person_id
            if row == len(self._first_change):
                self._first_change.extend([_EMPTY_ROW])
                self._positions.extend([_NO_POSITIONS])
        present = self._encounters.get(row, [])
        self._set_encounters(row, sorted([*present, (added_by_change, encounter, positions)]))
        return row

    def remove(self, person_id: str, encounter: int) -> None:
        """Remove an encounter from a person; a person without any is removed too."""
        row = self._row[person_id]
        remaining = [each for each in self._encounters[row] if each[1] != encounter]
        self._set_encounters(row, remaining)
        if not remaining:
            del self._row[person_id], self._id[row]
            self._row_ids.release(row)

    def row_of(self, person_id: str | None) -> int | None:
        """Return a person's row; None if there is no such person."""
        return self._row.get(person_id or "")

    def person_id(self, row: int) -> str:
        """Return the id of the person of a row."""
        return self._id[row]

    def encounters(self, row: int) -> Rows:
        """Return the rows of a person's encounters, newest first, int64."""
        return np.array([encounter for _, encounter, _ in self._encounters[row][::-1]], np.int64)

    @property
    def positions(self) -> Positions:
        """The finger positions that each person has on record, by row."""
        return self._positions.rows

    def oldest_first(self, rows: Rows) -> Rows:
        """Return the same persons by their first change: an order common to all replicas."""
        return rows[np.argsort(self._first_change.rows[rows])]

    def count(self) -> int:
        """Return how many persons there are."""
        return len(self._row)

    @property
    def row_count(self) -> int:
        """How many rows there are, unused ones included."""
        return len(self._first_change)

    def _set_encounters(self, row: int, encounters: list[tuple[int, int, int]]) -> None:
        if self._encounters.pop(row, None):
            self.people_by_positions[self.positions[row]] -= 1
        if encounters:
            self._encounters[row] = encounters
            self._first_change.rows[row] = encounters[0][0]
            self.positions[row] = reduce(or_, (positions for _, _, positions in encounters))
            self.people_by_positions[self.positions[row]] += 1
