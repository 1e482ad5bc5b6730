"""The first by votes are those of a plain join of everybody, though most are left out of it."""

import numpy as np
import pytest
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope, among_the_first
from matcher.index.joined_votes import VotesByFinger, with_most_votes
from matcher.index.memory_index import MemoryIndex

from .random_fingers import random_finger

Persons = dict[int, list[float | None]]
"""Votes of persons by each finger, None where there are none."""


def _votes(*pairs: tuple[int, float]) -> VotesByFinger:
    persons, votes = zip(*pairs, strict=True) if pairs else ((), ())
    return np.array(persons, np.int64), np.array(votes, np.float32)


def _joined(*voted: VotesByFinger, count: int) -> Persons:
    persons, votes = with_most_votes(voted, count)
    return {
        person: [None if np.isnan(vote) else vote for vote in of_person]
        for person, of_person in zip(persons.tolist(), votes.tolist(), strict=True)
    }


def _plain(voted: list[VotesByFinger]) -> tuple[np.ndarray, np.ndarray]:
    """Everybody who has a vote, rising, and the most votes of an impression by each finger."""
    by_finger: list[dict[int, float]] = []
    for persons, votes in voted:
        most: dict[int, float] = {}
        for person, vote in zip(persons.tolist(), votes.tolist(), strict=True):
            most[person] = max(vote, most.get(person, 0.0))
        by_finger.append(most)
    everybody = sorted(set().union(*by_finger))
    joined = [[most.get(person, np.nan) for most in by_finger] for person in everybody]
    return np.array(everybody, np.int64), np.array(joined, np.float32).reshape(-1, len(voted))


def _first(persons: np.ndarray, votes: np.ndarray, count: int) -> dict[int, list[str]]:
    first = among_the_first(votes, count)
    return {int(persons[row]): [str(vote) for vote in votes[row]] for row in first}


def test_those_who_cannot_be_among_the_first_are_left_out() -> None:
    voted = [_votes((1, 9.0), (2, 8.0), (3, 1.0)), _votes((1, 9.0), (2, 7.0), (4, 1.0))]

    assert _joined(*voted, count=2) == {1: [9.0, 9.0], 2: [8.0, 7.0]}


def test_who_is_first_only_by_the_sum_is_joined() -> None:
    voted = [_votes((1, 8.0), (3, 6.0)), _votes((2, 8.0), (3, 6.0))]

    assert _joined(*voted, count=1) == {1: [8.0, None], 2: [None, 8.0], 3: [6.0, 6.0]}


def test_who_has_just_a_share_of_the_votes_is_joined() -> None:
    voted = [_votes((1, 8.0), (2, 4.0)), _votes((2, 4.0), (3, 8.0))]

    assert 2 in _joined(*voted, count=1)


def test_equals_are_all_joined() -> None:
    voted = [_votes((1, 4.0), (2, 4.0), (3, 4.0), (4, 1.0))]

    assert _joined(*voted, count=1) == {1: [4.0], 2: [4.0], 3: [4.0]}


def test_a_person_has_the_votes_of_its_best_impression() -> None:
    voted = [_votes((5, 2.0), (5, 3.0), (6, 1.0), (5, 1.0))]

    assert _joined(*voted, count=2) == {5: [3.0], 6: [1.0]}


def test_a_person_of_many_impressions_takes_no_others_place() -> None:
    voted = [_votes((1, 9.0), (1, 9.0), (1, 9.0), (2, 2.0), (3, 1.0))]

    assert _joined(*voted, count=3) == {1: [9.0], 2: [2.0], 3: [1.0]}


def test_others_are_left_out_though_the_first_have_several_impressions() -> None:
    voted = [_votes((1, 9.0), (1, 8.0), (2, 7.0), (2, 6.0), (3, 5.0), (3, 1.0), (4, 1.0))]

    assert _joined(*voted, count=2) == {1: [9.0], 2: [7.0]}
    assert _joined(*voted, count=3) == {1: [9.0], 2: [7.0], 3: [5.0], 4: [1.0]}


def test_fewer_persons_than_asked_for_are_all_joined() -> None:
    voted = [_votes((1, 9.0), (2, 0.5)), _votes((3, 0.25))]

    assert _joined(*voted, count=10) == {1: [9.0, None], 2: [0.5, None], 3: [None, 0.25]}


def test_where_nobody_has_votes_nobody_is_joined() -> None:
    assert _joined(_votes(), _votes(), count=5) == {}
    assert _joined(count=5) == {}
    assert _joined(_votes(), _votes((7, 1.0)), count=1) == {7: [None, 1.0]}


@pytest.mark.parametrize("fingers", [1, 2, 3, 10])
@pytest.mark.parametrize("count", [1, 7, 60, 5_000])
def test_the_first_are_those_of_a_plain_join(fingers: int, count: int) -> None:
    rng = np.random.default_rng([fingers, count])
    for _ in range(20):
        voted = []
        for _ in range(fingers):
            size = int(rng.integers(300))
            votes = rng.integers(1, 40, size) / 8 * rng.choice([1, 0.1, 1e-3], size)
            voted.append((rng.integers(0, 200, size), votes.astype(np.float32)))

        found = with_most_votes(voted, count)

        assert _first(*found, count) == _first(*_plain(voted), count)


def test_those_out_of_scope_take_no_place() -> None:
    rng = np.random.default_rng(4)
    wanted = random_finger(rng)
    entries = [
        IndexEntry(
            f"e{n}",
            f"p{n}",
            EncounterStatus.ACTIVE,
            n,
            {2: wanted if n < 30 else random_finger(rng)},
            galleries=("visitors",) if n >= 29 else (),
        )
        for n in range(60)
    ]
    index = MemoryIndex(ChangeToken("", 0))
    index.update((), entries)

    scope, depth = SearchScope(galleries=("visitors",)), SearchDepth(1, 1, 1, 1)
    found = index.search({2: wanted}, scope, depth)

    assert [person.person_id for person in found.persons] == ["p29"]
