"""However encounters come and go, the index finds what a plain search of all of them finds."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.memory_index import MemoryIndex

from .indexed_entries import entries_in
from .plain_search import POSITIONS, PlainSearch, found_by
from .random_fingers import random_descriptors, random_finger, similar_finger

COUNT = 7
EVERYBODY, FEW = SearchDepth(10_000, COUNT), SearchDepth(12, COUNT)
TWO_CHANNELS = SearchDepth(12, COUNT, similar=6, voted=8)
BY_CODES = replace(TWO_CHANNELS, by_codes=True)
START = ChangeToken("", 0)
KINDS = random_descriptors(np.random.default_rng(3), 20)
GALLERIES = ("diplomatic", "lost", "visitors")


def _entry(rng: np.random.Generator, number: int, encounter_id: str, person_id: str) -> IndexEntry:
    positions = POSITIONS if rng.random() < 0.8 else POSITIONS[:1]
    status = EncounterStatus(int(rng.integers(1, 5)))
    fingers = {
        position: random_finger(rng, int(rng.integers(1, 30)), KINDS) for position in positions
    }
    galleries = tuple(sorted({str(name) for name in rng.choice(GALLERIES, rng.integers(3))}))
    return IndexEntry(encounter_id, person_id, status, number, fingers, galleries=galleries)


def _by_positions(shortlist: Shortlist) -> dict[int, int]:
    """How many persons searched have which set of positions."""
    people = shortlist.people_by_positions
    return {int(positions): int(people[positions]) for positions in np.flatnonzero(people)}


def _probe(rng: np.random.Generator) -> dict[int, FingerFeatures]:
    return {position: random_finger(rng, kinds=KINDS) for position in POSITIONS}


@pytest.mark.parametrize(
    "depth",
    [EVERYBODY, FEW, TWO_CHANNELS, BY_CODES],
    ids=["everybody", "few", "two channels", "codes"],
)
@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 10))]
)
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
            galleries=tuple(rng.choice(GALLERIES, rng.integers(3))) if rng.random() < 0.5 else (),
        )
        probe = _probe(rng)
        found = index.search(probe, scope, depth)
        assert (found_by(found), _by_positions(found)) == plain.search(probe, scope, depth)


def test_what_is_exported_is_what_was_put_in() -> None:
    rng = np.random.default_rng(5)
    index, again = MemoryIndex(START), MemoryIndex(START)
    index.update((), [_entry(rng, n, f"e{n}", f"p{n % 50}") for n in range(300)])
    index.update([f"e{n}" for n in range(0, 300, 2)], [])

    again.update((), entries_in(index))

    probe = _probe(rng)
    for depth, scope in itertools.product(
        (EVERYBODY, FEW, TWO_CHANNELS, BY_CODES),
        (SearchScope(), SearchScope(galleries=GALLERIES[:1])),
    ):
        found, kept = again.search(probe, scope, depth), index.search(probe, scope, depth)
        assert (found_by(found), _by_positions(found)) == (found_by(kept), _by_positions(kept))
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
    for each, depth in itertools.product(
        (index, other),
        (EVERYBODY, SearchDepth(9, COUNT, 9, 9), SearchDepth(9, COUNT, 9, 9, by_codes=True)),
    ):
        found = each.search({2: same}, SearchScope(), depth)
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


@pytest.mark.parametrize(
    "depth",
    [
        EVERYBODY,
        SearchDepth(COUNT, COUNT),
        SearchDepth(COUNT, COUNT, COUNT, COUNT),
        SearchDepth(COUNT, COUNT, COUNT, COUNT, by_codes=True),
    ],
    ids=["everybody", "few", "two channels", "codes"],
)
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
    hidden = replace(wanted, embedding=(-wanted.embedding).astype(np.float16))
    entries = [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: random_finger(rng)})
        for n in range(40)
    ]
    index = MemoryIndex(START)
    index.update((), [*entries, IndexEntry("e", "mate", EncounterStatus.ACTIVE, 40, {2: hidden})])

    found = index.search({2: wanted}, SearchScope(), EVERYBODY)

    assert found.persons[0].person_id == "mate"


def test_a_finger_that_nobody_has_shortlists_nobody() -> None:
    rng = np.random.default_rng(11)
    index = MemoryIndex(START)
    entries = [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: random_finger(rng)})
        for n in range(5)
    ]
    index.update((), entries)

    for depth in (
        EVERYBODY,
        SearchDepth(3, 3),
        SearchDepth(3, 3, 3, 3),
        SearchDepth(3, 3, 3, 3, by_codes=True),
        SearchDepth(3, 3, 3, 3, by_codes=True, signs_only=True),
    ):
        found = index.search({7: random_finger(rng)}, SearchScope(), depth)
        assert (found.persons, found.people_searched) == ((), 5)


def test_an_empty_index_finds_nobody_and_says_so() -> None:
    index = MemoryIndex(START)

    found = index.search({2: random_finger(np.random.default_rng(12))}, SearchScope(), EVERYBODY)

    assert (found.persons, found.people_searched, index.size[:2]) == ((), 0, (0, 0))
