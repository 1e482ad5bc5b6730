"""A probe that shows little is searched for as if it showed more, and only without a hit deeper."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from matcher.at_size.searched_gallery import DEFAULTS
from matcher.at_size.synthetic_people import features_of, index_entry, probe_of_minutiae
from matcher.bootstrap import search_depth
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import Decision, DecisionKind, DecisionRequest
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index.memory_index import MemoryIndex
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.search import Search
from servicekit.process.clock import SystemClock
from servicekit.process.worker_pool import WorkerPool

from .models import models
from .people import minutiae
from .searched_in_process import PEOPLE, SearchedInProcess, index_of_people

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
    fewest_at_first=72,
)
BEFORE = replace(DEPTH, fewest_at_first=0)
AT_FIRST, DEEP = 2, 32
"""Persons compared by a finger and a half, and by a finger that shows twelve minutiae."""


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(1, 10)
    yield pool
    pool.close()


@pytest.fixture
def index() -> SearchedInProcess:
    return SearchedInProcess(index_of_people())


@pytest.mark.parametrize(
    ("shown", "at_first"),
    [
        ([12], (36, 36)),
        ([], (36, 36)),
        ([90], (36, 36)),
        ([35, 36], (36, 36)),
        ([36, 36], [36, 36]),
        ([90, 24], [90, 24]),
        ([90, 90], [90, 90]),
    ],
)
def test_at_first_a_finger_and_a_half_are_taken_to_be_shown(
    shown: Sequence[int], at_first: Sequence[int]
) -> None:
    assert DEPTH.at_first(shown) == at_first
    assert BEFORE.at_first(shown) == shown
    assert replace(DEPTH, fewest_at_first=73).at_first([]) == (36, 37)


async def test_whoever_is_a_hit_at_first_is_not_searched_for_deeper(
    index: SearchedInProcess, pool: WorkerPool
) -> None:
    decision = await _decision(index, pool, 14, {2: 24}, threshold=6.0)

    assert (decision.candidates[0].person_id, decision.candidates[0].hit) == ("person-14", True)
    assert (decision.people_compared, decision.any_position) == (AT_FIRST, False)
    assert index.searches == [([2], AT_FIRST)]


async def test_whoever_is_none_is_found_deeper(index: SearchedInProcess, pool: WorkerPool) -> None:
    decision = await _decision(index, pool, 4, {2: 12}, threshold=99.0)
    found = [each.person_id for each in decision.candidates]

    assert found[0] == "person-4"
    assert decision.candidates[0].score > 6
    assert len(found) == len(set(found))
    assert index.searches == [([2], AT_FIRST), ([2], DEEP)]


async def test_a_probe_that_shows_as_much_is_searched_for_once(
    index: SearchedInProcess, pool: WorkerPool
) -> None:
    both = SearchedInProcess(MemoryIndex(ChangeToken("", 0)))
    for person in PEOPLE:
        found = features_of(models(), [minutiae(person, position) for position in (2, 7)])
        entry = index_entry(f"person-{person}", person, dict(zip((2, 7), found, strict=True)))
        both.index.update((), [entry], ChangeToken("", person))

    await _decision(both, pool, 4, {2: 36, 7: 36}, threshold=99.0)
    await _decision(both, pool, 4, {2: 36, 7: 35}, threshold=99.0)

    assert both.searches == [([2, 7], 2), ([2, 7], 2), ([2, 7], 2)]


async def test_a_low_threshold_of_the_caller_hides_nobody_who_is_found_deeper(
    index: SearchedInProcess, pool: WorkerPool
) -> None:
    """Anybody is a hit at it, and would end the search before the mate is compared."""
    decision = await _decision(index, pool, 4, {2: 12}, threshold=0.0)

    assert decision.candidates[0].person_id == "person-4"
    assert index.searches == [([2], AT_FIRST), ([2], DEEP)]


async def test_it_goes_deeper_by_all_fingers_and_then_by_those_on_record(
    index: SearchedInProcess, pool: WorkerPool
) -> None:
    """Who has other fingers on record than most is searched for by these, too."""
    decision = await _decision(index, pool, 2, {1: 12, 2: 12, 7: 12}, threshold=99.0)

    assert decision.candidates[0].person_id == "person-2"
    assert index.searches == [([1, 2, 7], AT_FIRST), ([1, 2, 7], 10), ([2], DEEP)]


async def test_by_fingers_on_record_alone_where_all_show_enough(
    index: SearchedInProcess, pool: WorkerPool
) -> None:
    await _decision(index, pool, 4, {1: 24, 2: 24, 7: 24}, threshold=99.0)

    assert index.searches == [([1, 2, 7], AT_FIRST), ([2], 16)]


@pytest.mark.parametrize("seed", range(6))
async def test_whoever_was_compared_without_a_first_stage_is_compared_where_nobody_is_a_hit(
    pool: WorkerPool, seed: int
) -> None:
    """Whichever fingers people have on record, and however much those of the probe show."""
    draw = random.Random(seed)
    index = SearchedInProcess(MemoryIndex(ChangeToken("", 0)))
    entries = []
    for person in range(1, 61):
        on_record = draw.choice([(2,), (2,), (2, 7), (1, 2, 7), (7,)])
        found = features_of(models(), [minutiae(person, position) for position in on_record])
        features = dict(zip(on_record, found, strict=True))
        entries.append(index_entry(f"person-{person}", person, features))
    index.index.update((), entries, ChangeToken("", len(entries)))
    few = replace(DEPTH, compared=3)

    for person in draw.sample(range(1, 61), 4):
        shown = {position: draw.choice([8, 12, 24, 40]) for position in (1, 2, 7)}
        before, now = [
            await _decision(index, pool, person, shown, threshold=99.0, depth=depth)
            for depth in (replace(few, fewest_at_first=0), few)
        ]

        assert _compared(before) <= _compared(now)


async def test_decisions_recorded_before_are_made_again_without_a_first_stage(
    index: SearchedInProcess, pool: WorkerPool
) -> None:
    await _decision(index, pool, 4, {2: 12}, threshold=99.0, depth=BEFORE)
    await _decision(index, pool, 4, {1: 12, 2: 12}, threshold=99.0, depth=BEFORE)

    await _decision(index, pool, 4, {2: 12}, threshold=0.0, depth=BEFORE)

    assert index.searches == [([2], DEEP), ([1, 2], 16), ([2], DEEP), ([2], DEEP)]


def test_a_service_goes_at_first_as_deep_as_for_a_finger_and_a_half() -> None:
    depth = search_depth(DEFAULTS)
    at_first = depth.at_first([20, 20])

    assert depth.for_minutiae(at_first).compared == 59
    assert int(128 * depth.times_more_lists(at_first)) == 16


async def _decision(
    index: SearchedInProcess,
    pool: WorkerPool,
    person: int,
    shown: dict[int, int],
    *,
    threshold: float,
    depth: SearchDepth = DEPTH,
) -> Decision:
    """Search for a person by so many minutiae of each of these fingers."""
    fingers = [minutiae(person, position, impression=1)[:most] for position, most in shown.items()]
    maker = DecisionMaker(models(), SystemClock(), lambda: uuid4().hex, 0.2)
    request = DecisionRequest(DecisionKind.IDENTIFY, "test", "", None, 100, threshold=threshold)
    return await Search(index, pool, models(), maker, depth)(
        request, probe_of_minutiae(models(), [*shown], fingers), SearchScope(), seconds_left=60
    )


def _compared(decision: Decision) -> set[str | None]:
    return {each.person_id for each in decision.candidates}
