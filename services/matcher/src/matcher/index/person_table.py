"""Which encounters does each person have, and how many persons were there before a change?"""

from bisect import bisect_left, insort

import numpy as np
from numpy.typing import NDArray

from matcher.index.growable_array import GrowableArray
from matcher.index.row_ids import RowIds

Rows = NDArray[np.int64]
_EMPTY_ROW = np.zeros(1, np.int64)


class PersonTable:
    """Persons with at least one encounter, by row; a row is used again when its person is gone.

    Encounters go by their rows in the encounters table.
    """

    def __init__(self) -> None:
        self._row_ids = RowIds()
        self._row: dict[str, int] = {}
        self._id: dict[int, str] = {}
        self._encounters: dict[int, list[tuple[int, int]]] = {}  # (added by change, row), rising
        self._first_changes: list[int] = []  # that added the first encounter of each person, rising
        self._first_change = GrowableArray(np.int64)  # the same, by row

    def add(self, person_id: str, added_by_change: int, encounter: int) -> int:
        """Add an encounter to a person, who may be new, and return the person's row."""
        row = self._row.get(person_id)
        if row is None:
            row = self._row_ids.allocate()
            self._row[person_id], self._id[row] = row, person_id
            if row == len(self._first_change):
                self._first_change.extend([_EMPTY_ROW])
        present = self._encounters.get(row, [])
        self._set_encounters(row, sorted([*present, (added_by_change, encounter)]))
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
        return np.array([encounter for _, encounter in self._encounters[row][::-1]], np.int64)

    def oldest_first(self, rows: Rows) -> Rows:
        """Return the same persons by their first change: an order common to all replicas."""
        return rows[np.argsort(self._first_change.rows[rows])]

    def count(self, added_before: int | None = None) -> int:
        """Return how many persons there are, or how many of them an earlier change added."""
        if added_before is None:
            return len(self._first_changes)
        return bisect_left(self._first_changes, added_before)

    @property
    def row_count(self) -> int:
        """How many rows there are, unused ones included."""
        return len(self._first_change)

    def _set_encounters(self, row: int, encounters: list[tuple[int, int]]) -> None:
        before = self._encounters.pop(row, None)
        if before:
            del self._first_changes[bisect_left(self._first_changes, before[0][0])]
        if encounters:
            self._encounters[row] = encounters
            insort(self._first_changes, encounters[0][0])
            self._first_change.rows[row] = encounters[0][0]
