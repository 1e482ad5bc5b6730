"""However persons are divided among shards, a search shortlists exactly whom one index would."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.person_part import EVERYBODY, PersonPart, parts_of
from matcher.domain.shortlist import ReferencePerson, SearchDepth, SearchScope, Shortlist
from matcher.index import ranked_persons
from matcher.index.id_table import ids_of
from matcher.index.memory_index import MemoryIndex
from matcher.index.ranked_persons import RankedPersons, ShardQuery, choose
from matcher.index.search_of_shards import search_shards

from .plain_search import Found
from .random_fingers import random_descriptors, random_finger, similar_finger

T = TypeVar("T")

START = ChangeToken("", 0)
POSITIONS = (2, 7, 8)
DEPTHS = [
    SearchDepth(10_000, 5),
    SearchDepth(6, 3),
    SearchDepth(6, 4, 3, 3),
    SearchDepth(6, 4, 9, 2),
    SearchDepth(6, 4, 3, 3, by_codes=True),
    SearchDepth(6, 4, 3, 3, by_codes=True, signs_only=True, other_positions_only=True),
    SearchDepth(6, 4, 3, 3, by_codes=True, signs_only=True, embedded_at_any_position=1),
]
KINDS = random_descriptors(np.random.default_rng(4), 6)


@dataclass(frozen=True)
class Shard:
    index: MemoryIndex

    async def __call__(self, read: Callable[[MemoryIndex], T]) -> T:
        return read(self.index)


def _history(seed: int, persons: int, encounters: int) -> list[tuple[list[str], list[IndexEntry]]]:
    """Changes one by one: additions, of which some are moved, changed or deleted later."""
    rng = np.random.default_rng(seed)
    known: dict[str, IndexEntry] = {}
    history: list[tuple[list[str], list[IndexEntry]]] = []
    seen = [random_finger(rng, 12, KINDS)]
    for number in range(1, encounters + 1):
        if known and rng.random() < 0.25:
            entry = known[str(rng.choice([*known]))]
            kind = rng.integers(3)
            if kind == 0:
                del known[entry.encounter_id]
                history.append(([entry.encounter_id], []))
                continue
            entry = (
                replace(entry, person_id=f"p{rng.integers(persons)}")
                if kind == 1
                else replace(entry, status=EncounterStatus(int(rng.integers(1, 5))))
            )
        else:
            fingers = {}
            for position in POSITIONS:
                if rng.random() < 0.7:
                    is_new = rng.random() < 0.6
                    fingers[position] = (
                        random_finger(rng, int(rng.integers(4, 20)), KINDS)
                        if is_new
                        else seen[int(rng.integers(len(seen)))]
                        if rng.random() < 0.3
                        else similar_finger(seen[int(rng.integers(len(seen)))], rng)
                    )
                    seen.append(fingers[position])
            entry = IndexEntry(
                f"e{number}",
                f"p{rng.integers(persons)}",
                EncounterStatus.FRAUD if rng.random() < 0.1 else EncounterStatus.ACTIVE,
                number,
                fingers,
                (1,) if rng.random() < 0.1 else (),
                ("lost",) if rng.random() < 0.3 else (),
            )
        known[entry.encounter_id] = entry
        history.append(([], [entry]))
    return history


def _indexes(
    history: Sequence[tuple[list[str], list[IndexEntry]]], parts: Sequence[PersonPart]
) -> list[MemoryIndex]:
    indexes = [MemoryIndex(START) for _ in parts]
    for removed, entries in history:
        changed = [*removed, *(entry.encounter_id for entry in entries)]
        for index, part in zip(indexes, parts, strict=True):
            index.update(changed, [entry for entry in entries if part.holds(entry.person_id)])
    return indexes


def _search(
    indexes: list[MemoryIndex],
    probe: dict[int, FingerFeatures],
    scope: SearchScope,
    depth: SearchDepth,
    any_position: bool,
    also: Sequence[str] = (),
) -> Shortlist:
    shards = [Shard(index) for index in indexes]
    query = ShardQuery(probe, scope, depth, any_position, also)
    return asyncio.run(search_shards(shards, query, START))


def _found(persons: Sequence[ReferencePerson]) -> Found:
    return [
        (
            person.person_id,
            person.known_fraud,
            [(p, one.encounter_id) for p, each in person.impressions.items() for one in each],
        )
        for person in persons
    ]


@settings(max_examples=50, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True)
@given(
    seed=st.integers(0, 10**6),
    persons=st.integers(1, 40),
    encounters=st.integers(1, 70),
    scope=st.builds(
        SearchScope,
        st.none() | st.integers(0, 70),
        st.none() | st.integers(0, 70).map("e{}".format),
        st.none() | st.integers(0, 40).map("p{}".format),
        st.sampled_from([(), ("lost",), ("lost", "diplomatic")]),
    ),
    depth=st.sampled_from(DEPTHS),
    probed=st.sets(st.sampled_from((1, *POSITIONS)), min_size=1),
    any_position=st.booleans(),
    also=st.lists(st.integers(0, 45).map("p{}".format), unique=True, max_size=3),
    deviations=st.sampled_from([-0.5, 0.0, 4.0]),
)
def test_any_history_is_searched_alike_by_one_index_and_by_shards(
    seed: int,
    persons: int,
    encounters: int,
    scope: SearchScope,
    depth: SearchDepth,
    probed: set[int],
    any_position: bool,
    also: list[str],
    deviations: float,
) -> None:
    history = _history(seed, persons, encounters)
    rng = np.random.default_rng(seed + 1)
    fingers = [finger for _, entries in history for e in entries for finger in e.fingers.values()]
    probe = {
        position: similar_finger(fingers[int(rng.integers(len(fingers)))], rng)
        if fingers and rng.random() < 0.5
        else random_finger(rng, 12, KINDS)
        for position in sorted(probed)
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranked_persons, "_DEVIATIONS", deviations)
        (whole,) = _indexes(history, [EVERYBODY])
        expected = whole.search(probe, scope, depth, any_position=any_position, also=also)

        for parts in (1, 2, 4):
            indexes = _indexes(history, parts_of(parts))
            found = _search(indexes, probe, scope, depth, any_position, also)

            assert _found(found.persons) == _found(expected.persons)
            assert (found.people_by_positions == expected.people_by_positions).all()
            assert found.incomplete_people == expected.incomplete_people


def test_a_shard_that_holds_more_of_the_first_than_its_part_is_asked_deeper() -> None:
    rng = np.random.default_rng(11)
    wanted = random_finger(rng)
    of_one_shard = [f"p{n}" for n in range(4_000) if PersonPart(1, 4).holds(f"p{n}")][:40]
    others = [f"p{n}" for n in range(4_000) if not PersonPart(1, 4).holds(f"p{n}")][:200]
    entries = [
        IndexEntry(name, name, EncounterStatus.ACTIVE, 1 + n, {2: similar_finger(wanted, rng)})
        for n, name in enumerate(of_one_shard)
    ]
    entries += [
        IndexEntry(name, name, EncounterStatus.ACTIVE, 100 + n, {2: random_finger(rng)})
        for n, name in enumerate(others)
    ]
    history: list[tuple[list[str], list[IndexEntry]]] = [([], entries)]
    (whole,) = _indexes(history, [EVERYBODY])
    shards = _indexes(history, parts_of(4))

    expected = whole.search({2: wanted}, SearchScope(), SearchDepth(40, 30))
    found = _search(shards, {2: wanted}, SearchScope(), SearchDepth(40, 30), False)

    assert _found(found.persons) == _found(expected.persons)
    assert {person.person_id for person in found.persons} <= {*of_one_shard}


@pytest.mark.parametrize(
    ("answers", "chosen"),
    [
        # whoever a shard left out comes after its last: behind the third of all, or perhaps not
        ([[0.9, 0.3], [0.8, 0.4], [0.7, 0.1]], ["0.9", "0.8", "0.7"]),
        ([[0.9, 0.3], [0.8, 0.5]], None),
        ([[0.9], [0.8, 0.5], [0.7, 0.1]], ["0.9", "0.8", "0.7"]),
        ([[0.9], [0.8]], ["0.9", "0.8"]),
        ([[0.9, 0.7], [0.8]], None),
    ],
)
def test_nobody_is_chosen_before_whom_a_shard_may_have_left_out(
    answers: list[list[float]], chosen: list[str] | None
) -> None:
    changes = iter(range(1, 9))
    asked = [
        RankedPersons(
            ids_of(map(str, scores)),
            np.array([next(changes) for _ in scores]),
            np.array(scores, np.float32)[:, None],
            np.ones(1, np.bool_),
            depth=2,
        )
        for scores in answers
    ]

    found = choose(asked, 3, ranks_all=False)

    assert (None if found is None else [each.decode() for _, each in found]) == chosen
