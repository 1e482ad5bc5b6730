"""The index looks at no more embeddings than the best persons need."""

import numpy as np
import pytest
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index.faiss_embeddings import Query, Rows
from matcher.index.memory_index import MemoryIndex
from matcher.index.position_fingers import PositionFingers

from .random_fingers import random_finger, similar_finger

START = ChangeToken("", 0)


def test_a_search_that_has_seen_all_rows_looks_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(10)
    looked_at = _counted(monkeypatch)
    index = MemoryIndex(START)
    entries = [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: random_finger(rng)})
        for n in range(3 + 16)
    ]
    entries += [
        IndexEntry(f"x{n}", f"x{n}", EncounterStatus.ACTIVE, 0, {7: random_finger(rng)})
        for n in range(5)
    ]
    index.update((), entries)

    found = index.search({2: random_finger(rng)}, SearchScope(added_before=2), SearchDepth(3, 3))

    assert [person.person_id for person in found.persons] in (["p0", "p1"], ["p1", "p0"])
    assert looked_at == [19]


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
    """How many rows each search of a position looks at."""
    looked_at: list[int] = []
    nearest = PositionFingers.nearest

    def counted(fingers: PositionFingers, query: Query, count: int) -> tuple[Rows, float]:
        looked_at.append(count)
        return nearest(fingers, query, count)

    monkeypatch.setattr(PositionFingers, "nearest", counted)
    return looked_at
