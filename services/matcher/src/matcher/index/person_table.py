"""Which encounters each person has, and how many persons there were at any change."""

from bisect import bisect_left, insort

import numpy as np
from numpy.typing import NDArray

from matcher.index.growable_array import GrowableArray
from matcher.index.row_ids import RowIds


class PersonTable:
    """Persons with at least one encounter; these go by the numbers the gallery gives them.

    A person has a number too, which another may get when that one is gone.
    """

    def __init__(self) -> None:
        self._numbers = RowIds()
        self._number: dict[str, int] = {}
        self._encounters: dict[int, list[tuple[int, int]]] = {}
        self._id: dict[int, str] = {}
        self._first_added: list[int] = []
        self._since = GrowableArray(np.int64)

    def add(self, person_id: str, added: int, encounter: int) -> int:
        """File an encounter; returns the person's number. added: the change that added it."""
        person = self._number.get(person_id)
        if person is None:
            person = self._numbers.take()
            self._number[person_id], self._id[person] = person, person_id
            if person == len(self._since):
                self._since.extend([np.zeros(1, np.int64)])
        self._refile(person, sorted([*self._encounters.get(person, ()), (added, encounter)]))
        return person

    def remove(self, person_id: str, encounter: int) -> None:
        """Take an encounter out; a person without any is gone."""
        person = self._number[person_id]
        kept = [each for each in self._encounters[person] if each[1] != encounter]
        self._refile(person, kept)
        if not kept:
            del self._number[person_id], self._id[person]
            self._numbers.give_back(person)

    def number(self, person_id: str | None) -> int | None:
        """Of a person; None if there is no such."""
        return self._number.get(person_id or "")

    def person_id(self, person: int) -> str:
        """Whose number this is."""
        return self._id[person]

    def encounters(self, person: int) -> list[int]:
        """The numbers of a person's encounters, newest first."""
        return [encounter for _, encounter in reversed(self._encounters[person])]

    def by_age(self, persons: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same persons, longest on record first: an order that every replica agrees on."""
        return persons[np.argsort(self._since.rows[persons])]

    def count(self, before: int | None = None) -> int:
        """How many persons there are, or were before a change."""
        if before is None:
            return len(self._first_added)
        return bisect_left(self._first_added, before)

    @property
    def numbers(self) -> int:
        """All persons' numbers are below this."""
        return len(self._since)

    def _refile(self, person: int, encounters: list[tuple[int, int]]) -> None:
        filed = self._encounters.pop(person, None)
        if filed:
            del self._first_added[bisect_left(self._first_added, filed[0][0])]
        if encounters:
            self._encounters[person] = encounters
            insort(self._first_added, encounters[0][0])
            self._since.rows[person] = encounters[0][0]
