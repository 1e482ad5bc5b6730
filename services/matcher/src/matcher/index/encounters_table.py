"""The encounters of a gallery: their fingers by position, and whose they are."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.domain.biometrics import EncounterStatus
from matcher.domain.shortlist import (
    FingerFeatures,
    Impression,
    IndexEntry,
    ReferencePerson,
    SearchScope,
)
from matcher.index.finger_segment import NO_OWNER, FingerSegment
from matcher.index.growable_array import GrowableArray
from matcher.index.person_table import PersonTable
from matcher.index.row_ids import RowIds

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class EncounterRow:
    """An encounter that can be found. rows: by finger position, in its segment."""

    encounter_id: str
    person_id: str
    status: EncounterStatus
    added: int
    rows: dict[int, int]

    def within(self, scope: SearchScope) -> bool:
        """Whether a search of this scope may find it."""
        return (
            (scope.before is None or self.added < scope.before)
            and self.encounter_id != scope.encounter_id
            and self.person_id != scope.person_id
        )


class EncountersTable:
    """A set of encounters. Not safe against itself: the gallery sees to that.

    Encounters and persons have numbers, by which arrays tell of all of them at once.
    segments: by finger position; none is empty.
    """

    def __init__(self) -> None:
        self.segments: dict[int, FingerSegment] = {}
        self.people = PersonTable()
        self._held: dict[int, EncounterRow] = {}
        self._numbers = RowIds()
        self._by_encounter: dict[str, int] = {}
        self._person = GrowableArray(np.int64)
        self._added = GrowableArray(np.int64)

    def update(self, gone: Iterable[str], entries: Sequence[IndexEntry]) -> None:
        """Remove encounters, then add some; those already there are replaced."""
        for encounter_id in itertools.chain(gone, (entry.encounter_id for entry in entries)):
            self._remove(encounter_id)
        self._add([entry for entry in entries if entry.status.searchable and entry.fingers])
        for position, segment in list(self.segments.items()):
            if segment.wants_compaction():
                self._compact(position, segment)

    def size(self) -> tuple[int, int, int]:
        """Persons and fingers that can be found, and bytes these take."""
        segments = self.segments.values()
        size_bytes = sum(segment.size_bytes for segment in segments)
        return self.people.count(), sum(map(len, segments)), size_bytes

    def entries(self) -> list[IndexEntry]:
        """All that is held, as it was put in, in the order of addition."""
        fingers: defaultdict[int, dict[int, FingerFeatures]] = defaultdict(dict)
        for position, segment in self.segments.items():
            for finger, owner in zip(*segment.fingers(), strict=True):
                fingers[int(owner)][position] = finger
        return [
            IndexEntry(held.encounter_id, held.person_id, held.status, held.added, fingers[number])
            for number, held in self._held.items()
        ]

    def persons(self, position: int, rows: Ints, scope: SearchScope) -> Ints:
        """Numbers of the persons within a scope whose rows of a segment these are, each once."""
        owners = self.segments[position].owner[rows]
        return np.unique(self._person.rows[owners[self._within(owners, scope)]])

    def rows_of(self, position: int, persons: Ints, scope: SearchScope) -> tuple[Ints, Ints]:
        """All rows of a segment that these persons have within a scope.

        Returns for each row, int64 (n,), the index of the person in ``persons``, and the row.
        """
        place = np.full(self.people.numbers, NO_OWNER, np.int64)
        place[persons] = np.arange(len(persons))
        rows = self.segments[position].live
        owners = self.segments[position].owner[rows]
        whose = place[self._person.rows[owners]]
        chosen = (whose != NO_OWNER) & self._within(owners, scope)
        return whose[chosen], rows[chosen]

    def contender(
        self, person: int, positions: Iterable[int], scope: SearchScope
    ) -> ReferencePerson:
        """A person with all impressions of these fingers there are within a scope."""
        usable = list(self._of(person, scope))
        return ReferencePerson(
            self.people.person_id(person),
            any(held.status is EncounterStatus.FRAUD for held in usable),
            {
                position: impressions
                for position in positions
                if (impressions := self._impressions(position, usable))
            },
        )

    def count(self, scope: SearchScope) -> int:
        """How many persons a search of this scope goes over."""
        encounter = self._by_encounter.get(scope.encounter_id or "")
        hidden = {self.people.number(scope.person_id)} - {None}
        if encounter is not None:
            hidden.add(int(self._person.rows[encounter]))
        unhidden = SearchScope(before=scope.before)
        return self.people.count(scope.before) - sum(
            any(self._of(person, unhidden)) and not any(self._of(person, scope))
            for person in hidden
            if person is not None
        )

    def _within(self, owners: Ints, scope: SearchScope) -> NDArray[np.bool_]:
        """`Held.within` for many encounters at once."""
        within = np.ones(len(owners), np.bool_)
        if scope.before is not None:
            within &= self._added.rows[owners] < scope.before
        if (encounter := self._by_encounter.get(scope.encounter_id or "")) is not None:
            within &= owners != encounter
        if (person := self.people.number(scope.person_id)) is not None:
            within &= self._person.rows[owners] != person
        return within

    def _of(self, person: int, scope: SearchScope) -> Iterator[EncounterRow]:
        """A person's encounters within a scope, newest first."""
        held = (self._held[number] for number in self.people.encounters(person))
        return (each for each in held if each.within(scope))

    def _impressions(self, position: int, held: Sequence[EncounterRow]) -> list[Impression]:
        return [
            Impression(each.encounter_id, self.segments[position].prepared(each.rows[position]))
            for each in held
            if position in each.rows
        ]

    def _add(self, entries: Sequence[IndexEntry]) -> None:
        for entry in entries:
            self._file(entry)
        for position in sorted({p for entry in entries for p in entry.fingers}):
            having = [entry for entry in entries if position in entry.fingers]
            owners = np.array([self._by_encounter[e.encounter_id] for e in having], np.int64)
            segment = self.segments.setdefault(position, FingerSegment())
            rows = segment.add([entry.fingers[position] for entry in having], owners)
            self._place(position, owners, rows)

    def _file(self, entry: IndexEntry) -> None:
        number = self._numbers.take()
        self._held[number] = EncounterRow(
            entry.encounter_id, entry.person_id, entry.status, entry.added, {}
        )
        self._by_encounter[entry.encounter_id] = number
        if number == len(self._added):
            self._added.extend([np.zeros(1, np.int64)])
            self._person.extend([np.zeros(1, np.int64)])
        self._added.rows[number] = entry.added
        self._person.rows[number] = self.people.add(entry.person_id, entry.added, number)

    def _place(self, position: int, owners: Ints, rows: Iterable[int]) -> None:
        for owner, row in zip(owners, rows, strict=True):
            self._held[int(owner)].rows[position] = row

    def _remove(self, encounter_id: str) -> None:
        number = self._by_encounter.pop(encounter_id, None)
        if number is None:
            return
        held = self._held.pop(number)
        self.people.remove(held.person_id, number)
        for position, row in held.rows.items():
            self.segments[position].drop(row)
        self._numbers.give_back(number)

    def _compact(self, position: int, segment: FingerSegment) -> None:
        del self.segments[position]
        if len(segment):
            self.segments[position] = anew = segment.without_gone()
            self._place(position, anew.owner, range(anew.rows))
