"""All encounters that can be searched, in memory."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.domain.biometrics import Embedding, Status
from matcher.domain.gallery import Entry, Scope, StoredPerson
from matcher.domain.rules import shortlist
from matcher.index.lock import SharedLock
from matcher.index.people import People
from matcher.index.segment import Segment

_SPARE = 16
_GROWTH = 4

Queries = Mapping[int, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """An encounter in the gallery. rows: by finger position, in its segment."""

    encounter_id: str
    person_id: str
    status: Status
    added: int
    rows: dict[int, int]


class Gallery:
    """A set of encounters. Any thread may call anything: changes wait for searches and back."""

    def __init__(self) -> None:
        self._lock = SharedLock()
        self._segments: dict[int, Segment] = {}
        self._held: dict[int, _Held] = {}
        self._numbers = itertools.count()
        self._by_encounter: dict[str, int] = {}
        self._people = People()

    def size(self) -> tuple[int, int, int]:
        """Persons and fingers that can be found, and bytes their vectors take."""
        with self._lock.reading():
            segments = self._segments.values()
            return (
                self._people.count(),
                sum(map(len, segments)),
                sum(s.size_bytes for s in segments),
            )

    def update(self, gone: Iterable[str], entries: Sequence[Entry]) -> None:
        """Remove encounters, then add some; those already there are replaced."""
        wanted = [entry for entry in entries if entry.status.searchable and entry.embeddings]
        with self._lock.writing():
            for encounter_id in itertools.chain(gone, (entry.encounter_id for entry in entries)):
                self._remove(encounter_id)
            self._add(wanted)
            for position, segment in list(self._segments.items()):
                if segment.wants_compaction():
                    self._compact(position, segment)

    def search(
        self, probe: Mapping[int, Embedding], scope: Scope, count: int
    ) -> tuple[tuple[StoredPerson, ...], int]:
        """The most similar persons, and how many were searched.

        count: most persons brought back; however many encounters a person has, it is one.
        """
        with self._lock.reading():
            queries = {
                position: embedding.astype(np.float32)
                for position, embedding in probe.items()
                if position in self._segments
            }
            found, similarities = self._candidates(queries, scope, count)
            chosen = shortlist(similarities, count)
            return tuple(self._stored(found[i], scope) for i in chosen), self._people_in(scope)

    def export(self) -> list[Entry]:
        """All that is held, as it was put in, in the order of addition."""
        with self._lock.reading():
            vectors: defaultdict[int, dict[int, Embedding]] = defaultdict(dict)
            for position, segment in self._segments.items():
                for vector, owner in zip(*segment.live(), strict=True):
                    vectors[int(owner)][position] = vector
            return [
                Entry(held.encounter_id, held.person_id, held.status, held.added, vectors[number])
                for number, held in self._held.items()
            ]

    def _add(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            number = next(self._numbers)
            self._held[number] = _Held(
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
        rows = self._segments.setdefault(position, Segment()).add(vectors, owners)
        for owner, row in zip(owners, rows, strict=True):
            self._held[int(owner)].rows[position] = row

    def _remove(self, encounter_id: str) -> None:
        number = self._by_encounter.pop(encounter_id, None)
        if number is None:
            return
        held = self._held.pop(number)
        self._people.remove(held.person_id, number)
        for position, row in held.rows.items():
            self._segments[position].drop(row)

    def _compact(self, position: int, segment: Segment) -> None:
        vectors, owners = segment.live()
        del self._segments[position]
        if len(owners):
            self._append(position, vectors, owners)

    def _candidates(
        self, queries: Queries, scope: Scope, count: int
    ) -> tuple[list[str], NDArray[np.float32]]:
        """Persons among whom are the ``count`` best of each finger and of the sum of fingers.

        Looks deeper until nobody unseen can belong to them: the threshold algorithm of Fagin,
        Lotem, Naor, "Optimal aggregation algorithms for middleware", PODS 2001.
        """
        look = count + _SPARE
        while True:
            found: dict[str, None] = {}
            enough, bound = True, 0.0
            for position, query in queries.items():
                segment = self._segments[position]
                owners, least = segment.nearest(query, look)
                persons = self._persons(owners, scope)
                found |= persons
                if look < segment.rows:
                    enough = enough and len(persons) >= count
                    bound += max(least, 0.0)
            similarities = self._similarities(queries, list(found), scope)
            above = np.count_nonzero(np.nansum(similarities, axis=1) >= bound)
            everything = all(look >= self._segments[position].rows for position in queries)
            if everything or (enough and above >= count):
                return list(found), similarities
            look *= _GROWTH

    def _persons(self, owners: NDArray[np.int64], scope: Scope) -> dict[str, None]:
        held = (self._held[int(owner)] for owner in owners)
        return {each.person_id: None for each in held if _within(scope, each)}

    def _similarities(
        self, queries: Queries, persons: Sequence[str], scope: Scope
    ) -> NDArray[np.float32]:
        """Best similarity of each person's each finger: float32 (persons, fingers), or NaN."""
        best = np.full((len(persons), len(queries)), -np.inf, np.float32)
        for column, (position, query) in enumerate(queries.items()):
            owned = [
                (i, held.rows[position])
                for i, person_id in enumerate(persons)
                for held in self._usable(person_id, scope)
                if position in held.rows
            ]
            table = np.array(owned, np.int64).reshape(-1, 2)
            similarity = self._segments[position].similarity(query, table[:, 1].copy())
            np.maximum.at(best[:, column], table[:, 0], similarity)
        return np.where(np.isinf(best), np.nan, best)

    def _usable(self, person_id: str, scope: Scope) -> Iterator[_Held]:
        held = (self._held[number] for number in self._people.encounters(person_id))
        return (each for each in held if _within(scope, each))

    def _stored(self, person_id: str, scope: Scope) -> StoredPerson:
        usable = list(self._usable(person_id, scope))
        return StoredPerson(
            person_id,
            tuple(held.encounter_id for held in usable),
            any(held.status is Status.FRAUD for held in usable),
        )

    def _people_in(self, scope: Scope) -> int:
        number = self._by_encounter.get(scope.encounter_id or "")
        hidden = {scope.person_id} if scope.person_id else set()
        if number is not None:
            hidden.add(self._held[number].person_id)
        unhidden = Scope(before=scope.before)
        return self._people.count(scope.before) - sum(
            any(self._usable(person_id, unhidden)) and not any(self._usable(person_id, scope))
            for person_id in hidden
        )


def _within(scope: Scope, held: _Held) -> bool:
    return (
        (scope.before is None or held.added < scope.before)
        and held.encounter_id != scope.encounter_id
        and held.person_id != scope.person_id
    )
