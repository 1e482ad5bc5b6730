"""Whoever is found by some fingers is found by these and others that are not on record, too.

Many fingers are searched for less deep than few, but those that are not on record find nobody.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest
from matcher.at_size.synthetic_people import probe_of_minutiae
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import Candidate, DecisionKind, DecisionRequest
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.search import Search
from servicekit.process.clock import SystemClock
from servicekit.process.worker_pool import WorkerPool

from .models import models
from .people import minutiae
from .searched_in_process import SearchedInProcess, index_of_people

DEPTH = SearchDepth(
    1,
    8,
    8,
    8,
    most_times_deeper=4,
    by_codes=True,
    most_times_shallower=8,
    most_times_fewer_lists=32,
    signs_only=True,
    other_positions_only=True,
    by_fingers_on_record=True,
)
FOUR = (2, 3, 7, 8)
SHALLOW, DEEP = 1, 32
"""Persons compared by whole fingers, and by one that shows twelve minutiae."""


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(1, 10)
    yield pool
    pool.close()


@pytest.fixture
def index() -> SearchedInProcess:
    return SearchedInProcess(index_of_people())


@pytest.mark.parametrize("person", [4, 8, 20])
async def test_a_person_is_found_by_the_finger_on_record(
    index: SearchedInProcess, pool: WorkerPool, person: int
) -> None:
    alone, among_others = [
        (await _candidates(index, pool, person, positions))[0] for positions in ((2,), FOUR)
    ]

    assert among_others.person_id == alone.person_id == f"person-{person}"
    assert among_others.score == alone.score > 6
    assert index.searches == [([2], DEEP), ([*FOUR], SHALLOW), ([2], DEEP)]


async def test_fingers_that_few_people_have_on_record_do_not_hide_them_either(
    index: SearchedInProcess, pool: WorkerPool
) -> None:
    first, *_ = await _candidates(index, pool, 4, (1, 2, 7))

    assert (first.person_id, first.score > 6) == ("person-4", True)
    assert index.searches == [([1, 2, 7], SHALLOW), ([2], DEEP)]


async def test_whoever_is_a_hit_is_searched_for_once(
    index: SearchedInProcess, pool: WorkerPool
) -> None:
    first, *_ = await _candidates(index, pool, 14, FOUR, threshold=6.0)

    assert (first.person_id, first.hit) == ("person-14", True)
    assert index.searches == [([*FOUR], SHALLOW)]


async def test_a_decision_recorded_before_is_made_again_by_one_search(
    index: SearchedInProcess, pool: WorkerPool
) -> None:
    before = replace(DEPTH, by_fingers_on_record=False)

    found = await _candidates(index, pool, 4, FOUR, depth=before)

    assert "person-4" not in [each.person_id for each in found]
    assert index.searches == [([*FOUR], SHALLOW)]


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ({(2, 7): 5, (1, 2, 7, 8): 4}, (2, 7)),
        ({(2, 7): 5, (1, 2, 7, 8): 3, (1, 2, 7, 8, 9): 3}, (1, 2, 7)),
        ({(3,): 9, (2,): 1}, (2,)),
        ({(3,): 9}, ()),
        ({}, ()),
    ],
)
def test_the_commonest_positions_are_exactly_those_of_most_people_that_have_any(
    people: Mapping[tuple[int, ...], int], expected: tuple[int, ...]
) -> None:
    counts = np.zeros(1024, np.int64)
    for positions, count in people.items():
        counts[sum(1 << position - 1 for position in positions)] = count
    found = Shortlist((), counts, 0, ChangeToken("", 0))

    assert found.commonest_positions((1, 2, 7)) == expected


async def _candidates(
    index: SearchedInProcess,
    pool: WorkerPool,
    person: int,
    positions: Sequence[int],
    *,
    threshold: float = 99.0,
    depth: SearchDepth = DEPTH,
) -> Sequence[Candidate]:
    """Search for a person by a right index finger that shows little, and other, whole fingers."""
    fingers = [
        minutiae(person, position, impression=1)[: 12 if position == 2 else None]
        for position in positions
    ]
    maker = DecisionMaker(models(), SystemClock(), lambda: uuid4().hex, 0.2)
    request = DecisionRequest(DecisionKind.IDENTIFY, "test", "", None, 10, threshold=threshold)
    decision = await Search(index, pool, models(), maker, depth)(
        request, probe_of_minutiae(models(), positions, fingers), SearchScope(), seconds_left=60
    )
    return decision.candidates
