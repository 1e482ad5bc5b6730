"""However encounters come and go, the gallery finds what a search of all of them finds."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest
from matcher.comparison.prefilter import prefilter_scores
from matcher.domain.biometrics import EncounterStatus
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision_rule import shortlist
from matcher.domain.shortlist import FingerFeatures, IndexEntry, SearchDepth, SearchScope, Shortlist
from matcher.index.memory_index import MemoryIndex

from .galleries import a_finger, beside

COUNT = 7
EVERYBODY, FEW = SearchDepth(10_000, COUNT), SearchDepth(12, COUNT)
START = ChangeToken("", 0)
POSITIONS = (2, 7)
Told = list[tuple[str | None, bool, list[tuple[int, str | None]]]]


@dataclass
class Plain:
    """The same, the slow and obvious way."""

    entries: dict[str, IndexEntry] = field(default_factory=dict)

    def update(self, gone: list[str], entries: list[IndexEntry]) -> None:
        for encounter_id in gone:
            self.entries.pop(encounter_id, None)
        self.entries |= {entry.encounter_id: entry for entry in entries}

    def search(
        self, probe: dict[int, FingerFeatures], scope: SearchScope, reach: SearchDepth
    ) -> tuple[Told, int]:
        held = [each for each in self.entries.values() if each.status.searchable]
        held.sort(key=lambda entry: entry.added)
        people: dict[str, list[IndexEntry]] = {entry.person_id: [] for entry in held}
        for entry in held:
            if self._is_in(entry, scope):
                people[entry.person_id].insert(0, entry)
        persons = [(name, entries) for name, entries in people.items() if entries]
        near = self._chosen(persons, probe, reach.nearest, _similarity)
        best = self._chosen([persons[i] for i in sorted(near)], probe, reach.compared, _promise)
        return [self._told(*persons[sorted(near)[i]]) for i in best], len(persons)

    def _chosen(
        self,
        persons: list[tuple[str, list[IndexEntry]]],
        probe: dict[int, FingerFeatures],
        count: int,
        likeness: Callable[[FingerFeatures, FingerFeatures], float],
    ) -> list[int]:
        table = np.full((len(persons), len(probe)), -np.inf, np.float32)
        for row, (_, entries) in enumerate(persons):
            for column, (position, finger) in enumerate(probe.items()):
                for entry in entries:
                    if position in entry.fingers:
                        alike = likeness(finger, entry.fingers[position])
                        table[row, column] = max(table[row, column], alike)
        return [*map(int, shortlist(np.where(np.isinf(table), np.nan, table), count))]

    def _told(
        self, person_id: str, entries: list[IndexEntry]
    ) -> tuple[str, bool, list[tuple[int, str | None]]]:
        return (
            person_id,
            any(entry.status is EncounterStatus.FRAUD for entry in entries),
            [(p, each.encounter_id) for p in POSITIONS for each in entries if p in each.fingers],
        )

    def _is_in(self, entry: IndexEntry, scope: SearchScope) -> bool:
        return (
            (scope.before is None or entry.added < scope.before)
            and entry.encounter_id != scope.encounter_id
            and entry.person_id != scope.person_id
        )


def _similarity(probe: FingerFeatures, stored: FingerFeatures) -> float:
    return float(stored.embedding.astype(np.float32) @ probe.embedding.astype(np.float32))


def _promise(probe: FingerFeatures, stored: FingerFeatures) -> float:
    return float(prefilter_scores(probe.prepared, [stored.prepared])[0])


def _told(found: Shortlist) -> Told:
    return [
        (
            person.person_id,
            person.known_fraud,
            [(p, one.encounter_id) for p, held in person.impressions.items() for one in held],
        )
        for person in found.persons
    ]


def _entry(rng: np.random.Generator, number: int, encounter_id: str, person_id: str) -> IndexEntry:
    held = POSITIONS if rng.random() < 0.8 else POSITIONS[:1]
    status = EncounterStatus(int(rng.integers(1, 5)))
    fingers = {position: a_finger(rng, int(rng.integers(1, 30))) for position in held}
    return IndexEntry(encounter_id, person_id, status, number, fingers)


def _probe(rng: np.random.Generator) -> dict[int, FingerFeatures]:
    return {position: a_finger(rng) for position in POSITIONS}


@pytest.mark.parametrize("reach", [EVERYBODY, FEW], ids=["everybody", "few"])
@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_both_find_the_same(seed: int, reach: SearchDepth) -> None:
    rng = np.random.default_rng(seed)
    gallery, plain = MemoryIndex(START), Plain()

    for number in range(1, 400, 5):
        entries = [
            _entry(rng, number + i, f"e{number + i}", f"p{rng.integers(120)}") for i in range(5)
        ]
        gone = [f"e{rng.integers(number + 1)}" for _ in range(int(rng.integers(4)))]
        gallery.update(gone, entries)
        plain.update(gone, entries)
        scope = SearchScope(
            before=int(rng.integers(number + 5)) if rng.random() < 0.5 else None,
            encounter_id=f"e{rng.integers(number + 5)}" if rng.random() < 0.5 else None,
            person_id=f"p{rng.integers(120)}" if rng.random() < 0.3 else None,
        )
        probe = _probe(rng)
        found = gallery.search(probe, scope, reach)
        assert (_told(found), found.people) == plain.search(probe, scope, reach)


def test_what_is_exported_is_what_was_put_in() -> None:
    rng = np.random.default_rng(5)
    gallery, again = MemoryIndex(START), MemoryIndex(START)
    gallery.update((), [_entry(rng, n, f"e{n}", f"p{n % 50}") for n in range(300)])
    gallery.update([f"e{n}" for n in range(0, 300, 2)], [])

    again.update((), gallery.entries())

    probe = _probe(rng)
    for reach in (EVERYBODY, FEW):
        found, kept = (
            again.search(probe, SearchScope(), reach),
            gallery.search(probe, SearchScope(), reach),
        )
        assert (_told(found), found.people) == (_told(kept), kept.people)
    assert again.size[:2] == gallery.size[:2]


def test_equals_come_in_one_order_whatever_a_replica_went_through() -> None:
    rng = np.random.default_rng(8)
    same = a_finger(rng)
    entries = [
        IndexEntry(f"e{n}", f"p{n * 7 % 30}", EncounterStatus.ACTIVE, n, {2: same})
        for n in range(30)
    ]
    gallery, other = MemoryIndex(START), MemoryIndex(START)

    gallery.update((), entries)
    passing = [
        IndexEntry(f"x{n}", f"x{n}", EncounterStatus.ACTIVE, 99 + n, {2: same}) for n in range(90)
    ]
    other.update((), [*passing, *reversed(entries)])
    other.update([entry.encounter_id for entry in passing], entries[10:20])

    expected = [entry.person_id for entry in entries[:COUNT]]
    for each in (gallery, other):
        found = each.search({2: same}, SearchScope(), EVERYBODY)
        assert [person.person_id for person in found.persons] == expected


def test_searches_beside_changes_see_a_whole_state() -> None:
    rng = np.random.default_rng(7)
    gallery = MemoryIndex(START)
    probe = {2: a_finger(rng)}
    steady = [
        IndexEntry(f"s{n}", f"s{n}", EncounterStatus.ACTIVE, n, {2: a_finger(rng)})
        for n in range(50)
    ]
    coming = [
        IndexEntry(f"c{n}", "comer", EncounterStatus.ACTIVE, n, {2: probe[2]}) for n in range(300)
    ]
    gallery.update((), steady)

    def change() -> None:
        for before, entry in itertools.pairwise(coming):
            gallery.update([before.encounter_id], [entry], ChangeToken("", entry.added))

    with ThreadPoolExecutor(3) as threads:
        changing = threads.submit(change)
        found: list[Shortlist] = []
        while not changing.done():
            found += threads.map(lambda _: gallery.search(probe, SearchScope(), FEW), range(4))
        changing.result()

    assert found
    assert {each.people for each in found} <= {50, 51}
    for each in found:
        assert len(each.persons) == COUNT
        first = each.persons[0]
        assert (first.person_id == "comer") == (each.people == 51)
        if each.people == 51:
            (impression,) = first.impressions[2]
            assert impression.encounter_id == f"c{each.change.number}"
            assert (impression.finger.descriptors == probe[2].prepared.descriptors).all()


@pytest.mark.parametrize("reach", [EVERYBODY, SearchDepth(COUNT, COUNT)], ids=["everybody", "few"])
def test_a_person_enrolled_often_pushes_nobody_out(reach: SearchDepth) -> None:
    rng = np.random.default_rng(6)
    wanted = a_finger(rng)
    often = [
        IndexEntry(f"o{n}", "often", EncounterStatus.ACTIVE, n, {2: beside(wanted, rng)})
        for n in range(60)
    ]
    others = [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, 60 + n, {2: a_finger(rng)})
        for n in range(20)
    ]
    gallery = MemoryIndex(START)
    gallery.update((), often + others)

    found = gallery.search({2: wanted}, SearchScope(), reach)

    assert found.people == 21
    assert len(found.persons) == COUNT
    assert found.persons[0].person_id == "often"
    assert len(found.persons[0].impressions[2]) == 60


def test_a_mate_far_off_by_embedding_is_found_by_the_prefilter() -> None:
    rng = np.random.default_rng(9)
    wanted = a_finger(rng)
    hidden = FingerFeatures((-wanted.embedding).astype(np.float16), wanted.prepared)
    entries = [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: a_finger(rng)})
        for n in range(40)
    ]
    gallery = MemoryIndex(START)
    gallery.update((), [*entries, IndexEntry("e", "mate", EncounterStatus.ACTIVE, 40, {2: hidden})])

    found = gallery.search({2: wanted}, SearchScope(), EVERYBODY)

    assert found.persons[0].person_id == "mate"
