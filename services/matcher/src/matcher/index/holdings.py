"""The encounters of a gallery: their vectors by finger position, and whose they are."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.domain.biometrics import Embedding, Status
from matcher.domain.gallery import Entry, Scope
from matcher.index.people import People
from matcher.index.segment import Segment


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """An encounter that can be found. rows: by finger position, in its segment."""

    encounter_id: str
    person_id: str
    status: Status
    added: int
    rows: dict[int, int]

    def within(self, scope: Scope) -> bool:
        """Whether a search of this scope may find it."""
        return (
            (scope.before is None or self.added < scope.before)
            and self.encounter_id != scope.encounter_id
            and self.person_id != scope.person_id
        )


class Holdings:
    """A set of encounters. Not safe against itself: the gallery sees to that.

    segments: by finger position; none is empty.
    """

    def __init__(self) -> None:
        self.segments: dict[int, Segment] = {}
        self._held: dict[int, Held] = {}
        self._numbers = itertools.count()
        self._by_encounter: dict[str, int] = {}
        self._people = People()

    def update(self, gone: Iterable[str], entries: Sequence[Entry]) -> None:
        """Remove encounters, then add some; those already there are replaced."""
        for encounter_id in itertools.chain(gone, (entry.encounter_id for entry in entries)):
            self._remove(encounter_id)
        self._add([entry for entry in entries if entry.status.searchable and entry.embeddings])
        for position, segment in list(self.segments.items()):
            if segment.wants_compaction():
                self._compact(position, segment)

    def size(self) -> tuple[int, int, int]:
        """Persons and fingers that can be found, and bytes their vectors take."""
        segments = self.segments.values()
        size_bytes = sum(segment.size_bytes for segment in segments)
        return self._people.count(), sum(map(len, segments)), size_bytes

    def entries(self) -> list[Entry]:
        """All that is held, as it was put in, in the order of addition."""
        vectors: defaultdict[int, dict[int, Embedding]] = defaultdict(dict)
        for position, segment in self.segments.items():
            for vector, owner in zip(*segment.live(), strict=True):
                vectors[int(owner)][position] = vector
        return [
            Entry(held.encounter_id, held.person_id, held.status, held.added, vectors[number])
            for number, held in self._held.items()
        ]

    def persons(self, owners: NDArray[np.int64], scope: Scope) -> dict[str, None]:
        """Whose these rows are, in their order, each person once."""
        held = (self._held[int(owner)] for owner in owners)
        return {each.person_id: None for each in held if each.within(scope)}

    def of(self, person_id: str, scope: Scope) -> Iterator[Held]:
        """A person's encounters within a scope, newest first."""
        held = (self._held[number] for number in self._people.encounters(person_id))
        return (each for each in held if each.within(scope))

    def people(self, scope: Scope) -> int:
        """How many persons a search of this scope goes over."""
        number = self._by_encounter.get(scope.encounter_id or "")
        hidden = {scope.person_id} if scope.person_id else set()
        if number is not None:
            hidden.add(self._held[number].person_id)
        unhidden = Scope(before=scope.before)
        return self._people.count(scope.before) - sum(
            any(self.of(person_id, unhidden)) and not any(self.of(person_id, scope))
            for person_id in hidden
        )

    def _add(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            number = next(self._numbers)
            self._held[number] = Held(
                entry.encounter_id, entry.person_id, entry.status, entry.added, {}
            )
            self._by_encounter[entry.encounter_id] = number
            self._people.add(entry.person_id, entry.added, number)
        for position in sorted({p for entry in entries for p in entry.embeddings}):
            having = [entry for entry in entries if position in entry.embeddings]
            owners = np.array([self._by_encounter[e.encounter_id] for e in having], np.int64)
            vectors = np.stack([entry.embeddings[position] for entry in having])
            self._append(position, vectors, owners)

    def _append(
        self, position: int, vectors: NDArray[np.float16], owners: NDArray[np.int64]
    ) -> None:
        rows = self.segments.setdefault(position, Segment()).add(vectors, owners)
        for owner, row in zip(owners, rows, strict=True):
            self._held[int(owner)].rows[position] = row

    def _remove(self, encounter_id: str) -> None:
        number = self._by_encounter.pop(encounter_id, None)
        if number is None:
            return
        held = self._held.pop(number)
        self._people.remove(held.person_id, number)
        for position, row in held.rows.items():
            self.segments[position].drop(row)

    def _compact(self, position: int, segment: Segment) -> None:
        vectors, owners = segment.live()
        del self.segments[position]
        if len(owners):
            self._append(position, vectors, owners)
