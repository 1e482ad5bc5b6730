"""However encounters come and go, the index finds what a plain search of all of them finds."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest
from matcher.comparison.prefilter import prefilter_scores
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.faiss_embeddings import Query, Rows
from matcher.index.finger_segment import FingerSegment
from matcher.index.memory_index import MemoryIndex

from .random_fingers import random_finger, similar_finger

COUNT = 7
EVERYBODY, FEW = SearchDepth(10_000, COUNT), SearchDepth(12, COUNT)
START = ChangeToken("", 0)
POSITIONS = (2, 7)
Found = list[tuple[str | None, bool, list[tuple[int, str | None]]]]
Score = Callable[[FingerFeatures, FingerFeatures], float]


@dataclass
class PlainSearch:
    """The oracle: the same search the slow and obvious way, sharing no code with the index."""

    entries: dict[str, IndexEntry] = field(default_factory=dict)

    def update(self, removed: list[str], entries: list[IndexEntry]) -> None:
        for encounter_id in removed:
            self.entries.pop(encounter_id, None)
        self.entries |= {entry.encounter_id: entry for entry in entries}

    def search(
        self, probe: dict[int, FingerFeatures], scope: SearchScope, depth: SearchDepth
    ) -> tuple[Found, int]:
        searched = [
            each for each in self.entries.values() if each.status != EncounterStatus.INACTIVE
        ]
        searched.sort(key=lambda entry: entry.added_by_change)
        encounters: dict[str, list[IndexEntry]] = {entry.person_id: [] for entry in searched}
        for entry in searched:
            if self._is_in(entry, scope):
                encounters[entry.person_id].insert(0, entry)
        persons = [(name, entries) for name, entries in encounters.items() if entries]
        similar = sorted(_best(persons, probe, depth.prefiltered, _similarity))
        best = _best([persons[i] for i in similar], probe, depth.compared, _prefilter_score)
        return [self._found(*persons[similar[i]]) for i in best], len(persons)

    def _found(
        self, person_id: str, entries: list[IndexEntry]
    ) -> tuple[str, bool, list[tuple[int, str | None]]]:
        return (
            person_id,
            any(entry.status is EncounterStatus.FRAUD for entry in entries),
            [(p, each.encounter_id) for p in POSITIONS for each in entries if p in each.fingers],
        )

    def _is_in(self, entry: IndexEntry, scope: SearchScope) -> bool:
        return (
            (scope.added_before is None or entry.added_by_change < scope.added_before)
            and entry.encounter_id != scope.except_encounter_id
            and entry.person_id != scope.except_person_id
        )


def _best(
    persons: list[tuple[str, list[IndexEntry]]],
    probe: dict[int, FingerFeatures],
    count: int,
    score: Score,
) -> list[int]:
    """Take first all firsts of the rankings by each finger and by the sum, then all seconds..."""
    rankings: list[dict[int, float]] = []
    for position, finger in probe.items():
        rankings.append({})
        for i, (_, entries) in enumerate(persons):
            scores = [score(finger, e.fingers[position]) for e in entries if position in e.fingers]
            if scores:
                rankings[-1][i] = max(scores)
    sums = {i: sum(ranking.get(i, 0.0) for ranking in rankings) for i in range(len(persons))}
    orders = [
        sorted(range(len(persons)), key=lambda i: -ranking.get(i, -np.inf))
        for ranking in [*rankings, sums]
    ]
    chosen: list[int] = []
    for at_this_rank in zip(*orders, strict=True):
        for i in sorted(set(at_this_rank), key=lambda i: (-sums[i], i)):
            if i not in chosen:
                chosen.append(i)
    return chosen[:count]


def _similarity(probe: FingerFeatures, stored: FingerFeatures) -> float:
    return float(stored.embedding.astype(np.float32) @ probe.embedding.astype(np.float32))


def _prefilter_score(probe: FingerFeatures, stored: FingerFeatures) -> float:
    return float(prefilter_scores(probe.prepared, [stored.prepared])[0])


def _found(shortlist: Shortlist) -> Found:
    return [
        (
            person.person_id,
            person.known_fraud,
            [(p, one.encounter_id) for p, each in person.impressions.items() for one in each],
        )
        for person in shortlist.persons
    ]


def _entry(rng: np.random.Generator, number: int, encounter_id: str, person_id: str) -> IndexEntry:
    positions = POSITIONS if rng.random() < 0.8 else POSITIONS[:1]
    status = EncounterStatus(int(rng.integers(1, 5)))
    fingers = {position: random_finger(rng, int(rng.integers(1, 30))) for position in positions}
    return IndexEntry(encounter_id, person_id, status, number, fingers)


def _probe(rng: np.random.Generator) -> dict[int, FingerFeatures]:
    return {position: random_finger(rng) for position in POSITIONS}


@pytest.mark.parametrize("depth", [EVERYBODY, FEW], ids=["everybody", "few"])
@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_both_find_the_same(seed: int, depth: SearchDepth) -> None:
    rng = np.random.default_rng(seed)
    index, plain = MemoryIndex(START), PlainSearch()

    for number in range(1, 400, 5):
        entries = [
            _entry(rng, number + i, f"e{number + i}", f"p{rng.integers(120)}") for i in range(5)
        ]
        removed = [f"e{rng.integers(number + 1)}" for _ in range(int(rng.integers(4)))]
        index.update(removed, entries)
        plain.update(removed, entries)
        scope = SearchScope(
            added_before=int(rng.integers(number + 5)) if rng.random() < 0.5 else None,
            except_encounter_id=f"e{rng.integers(number + 5)}" if rng.random() < 0.5 else None,
            except_person_id=f"p{rng.integers(120)}" if rng.random() < 0.3 else None,
        )
        probe = _probe(rng)
        found = index.search(probe, scope, depth)
        assert (_found(found), found.people_searched) == plain.search(probe, scope, depth)


def test_what_is_exported_is_what_was_put_in() -> None:
    rng = np.random.default_rng(5)
    index, again = MemoryIndex(START), MemoryIndex(START)
    index.update((), [_entry(rng, n, f"e{n}", f"p{n % 50}") for n in range(300)])
    index.update([f"e{n}" for n in range(0, 300, 2)], [])

    again.update((), index.entries())

    probe = _probe(rng)
    for depth in (EVERYBODY, FEW):
        found, kept = (
            again.search(probe, SearchScope(), depth),
            index.search(probe, SearchScope(), depth),
        )
        assert (_found(found), found.people_searched) == (_found(kept), kept.people_searched)
    assert again.size[:2] == index.size[:2]


def test_equals_come_in_one_order_whatever_a_replica_went_through() -> None:
    rng = np.random.default_rng(8)
    same = random_finger(rng)
    entries = [
        IndexEntry(f"e{n}", f"p{n * 7 % 30}", EncounterStatus.ACTIVE, n, {2: same})
        for n in range(30)
    ]
    index, other = MemoryIndex(START), MemoryIndex(START)

    index.update((), entries)
    passing = [
        IndexEntry(f"x{n}", f"x{n}", EncounterStatus.ACTIVE, 99 + n, {2: same}) for n in range(90)
    ]
    other.update((), [*passing, *reversed(entries)])
    other.update([entry.encounter_id for entry in passing], entries[10:20])

    expected = [entry.person_id for entry in entries[:COUNT]]
    for each in (index, other):
        found = each.search({2: same}, SearchScope(), EVERYBODY)
        assert [person.person_id for person in found.persons] == expected


def test_searches_beside_changes_see_a_whole_state() -> None:
    rng = np.random.default_rng(7)
    index = MemoryIndex(START)
    probe = {2: random_finger(rng)}
    steady = [
        IndexEntry(f"s{n}", f"s{n}", EncounterStatus.ACTIVE, n, {2: random_finger(rng)})
        for n in range(50)
    ]
    coming = [
        IndexEntry(f"c{n}", "comer", EncounterStatus.ACTIVE, n, {2: probe[2]}) for n in range(300)
    ]
    index.update((), steady)

    def change() -> None:
        for before, entry in itertools.pairwise(coming):
            index.update([before.encounter_id], [entry], ChangeToken("", entry.added_by_change))

    with ThreadPoolExecutor(3) as threads:
        changing = threads.submit(change)
        found: list[Shortlist] = []
        while not changing.done():
            found += threads.map(lambda _: index.search(probe, SearchScope(), FEW), range(4))
        changing.result()

    assert found
    assert {each.people_searched for each in found} <= {50, 51}
    for each in found:
        assert len(each.persons) == COUNT
        first = each.persons[0]
        assert (first.person_id == "comer") == (each.people_searched == 51)
        if each.people_searched == 51:
            (impression,) = first.impressions[2]
            assert impression.encounter_id == f"c{each.change_token.number}"
            assert (impression.finger.descriptors == probe[2].prepared.descriptors).all()


@pytest.mark.parametrize("depth", [EVERYBODY, SearchDepth(COUNT, COUNT)], ids=["everybody", "few"])
def test_a_person_enrolled_often_takes_one_place(depth: SearchDepth) -> None:
    rng = np.random.default_rng(6)
    wanted = random_finger(rng)
    often = [
        IndexEntry(f"o{n}", "often", EncounterStatus.ACTIVE, n, {2: similar_finger(wanted, rng)})
        for n in range(60)
    ]
    others = [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, 60 + n, {2: random_finger(rng)})
        for n in range(20)
    ]
    index = MemoryIndex(START)
    index.update((), often + others)

    found = index.search({2: wanted}, SearchScope(), depth)

    assert found.people_searched == 21
    assert len(found.persons) == COUNT
    assert found.persons[0].person_id == "often"
    assert len(found.persons[0].impressions[2]) == 60


def test_a_mate_far_off_by_embedding_is_found_by_the_prefilter() -> None:
    rng = np.random.default_rng(9)
    wanted = random_finger(rng)
    hidden = FingerFeatures((-wanted.embedding).astype(np.float16), wanted.prepared)
    entries = [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: random_finger(rng)})
        for n in range(40)
    ]
    index = MemoryIndex(START)
    index.update((), [*entries, IndexEntry("e", "mate", EncounterStatus.ACTIVE, 40, {2: hidden})])

    found = index.search({2: wanted}, SearchScope(), EVERYBODY)

    assert found.persons[0].person_id == "mate"


def test_a_search_that_has_seen_all_rows_looks_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(10)
    looked_at = _counted(monkeypatch)
    index = MemoryIndex(START)
    entries = [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: random_finger(rng)})
        for n in range(3 + 16)
    ]
    index.update((), entries)

    found = index.search({2: random_finger(rng)}, SearchScope(added_before=2), SearchDepth(3, 3))

    assert [person.person_id for person in found.persons] in (["p0", "p1"], ["p1", "p0"])
    assert looked_at == [19]


def test_a_finger_that_nobody_has_shortlists_nobody() -> None:
    rng = np.random.default_rng(11)
    index = MemoryIndex(START)
    entries = [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: random_finger(rng)})
        for n in range(5)
    ]
    index.update((), entries)

    for depth in (EVERYBODY, SearchDepth(3, 3)):
        found = index.search({7: random_finger(rng)}, SearchScope(), depth)
        assert (found.persons, found.people_searched) == ((), 5)


def test_an_empty_index_finds_nobody_and_says_so() -> None:
    index = MemoryIndex(START)

    found = index.search({2: random_finger(np.random.default_rng(12))}, SearchScope(), EVERYBODY)

    assert (found.persons, found.people_searched, index.size) == ((), 0, (0, 0, 0))


def test_a_search_goes_no_deeper_than_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(13)
    looked_at = _counted(monkeypatch)
    wanted, index = random_finger(rng), MemoryIndex(START)
    similar = [
        IndexEntry(
            f"s{n}", f"s{n % 3}", EncounterStatus.ACTIVE, n, {2: similar_finger(wanted, rng)}
        )
        for n in range(3 + 16)
    ]
    others = [
        IndexEntry(f"o{n}", f"o{n}", EncounterStatus.ACTIVE, 100 + n, {2: random_finger(rng)})
        for n in range(80)
    ]
    index.update((), [*similar, *others])

    found = index.search({2: wanted}, SearchScope(), SearchDepth(3, 3))

    assert {person.person_id for person in found.persons} == {"s0", "s1", "s2"}
    assert looked_at == [19]


def test_equals_at_the_limit_are_deep_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(15)
    looked_at = _counted(monkeypatch)
    wanted, index = random_finger(rng), MemoryIndex(START)
    fingers = [wanted] * (3 + 16) + [random_finger(rng) for _ in range(80)]
    index.update(
        (),
        [
            IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: finger})
            for n, finger in enumerate(fingers)
        ],
    )

    found = index.search({2: wanted}, SearchScope(), SearchDepth(3, 3))

    assert [person.person_id for person in found.persons] == ["p0", "p1", "p2"]
    assert looked_at == [19]


def test_when_all_are_prefiltered_no_embedding_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(14)
    looked_at = _counted(monkeypatch)
    index = MemoryIndex(START)
    entries = [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: random_finger(rng)})
        for n in range(5)
    ]
    index.update((), entries)

    found = index.search({2: random_finger(rng)}, SearchScope(), SearchDepth(5, 5))

    assert len(found.persons) == 5
    assert looked_at == []


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each search of a segment looks at."""
    looked_at: list[int] = []
    nearest = FingerSegment.nearest

    def counted(segment: FingerSegment, query: Query, count: int) -> tuple[Rows, float]:
        looked_at.append(count)
        return nearest(segment, query, count)

    monkeypatch.setattr(FingerSegment, "nearest", counted)
    return looked_at
