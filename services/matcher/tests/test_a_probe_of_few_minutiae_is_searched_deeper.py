"""A probe that shows little costs little to search for, so it is searched for deeper."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest
from matcher.at_size.synthetic_people import probe_of_minutiae
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import DecisionKind, DecisionRequest
from matcher.domain.finger_source import Probe
from matcher.domain.index_entry import FingerFeatures
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.faiss_descriptor_lists import FaissDescriptorLists
from matcher.index.index_columns import listed_minutiae
from matcher.minutiae import Minutiae
from matcher.synthetic import generate_master, generate_template
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.search import Search
from servicekit.process.clock import SystemClock
from servicekit.process.worker_pool import WorkerPool

from .models import models
from .random_fingers import random_descriptors

DEPTH = SearchDepth(20_000, 200, 2_000, 2_000, most_times_deeper=4)
AS_BEFORE = SearchDepth(20_000, 200, 2_000, 2_000)
SHALLOWER = replace(DEPTH, most_times_shallower=8, most_times_fewer_lists=32)
A_QUARTER = replace(DEPTH, most_times_shallower=4)


@pytest.mark.parametrize(
    ("minutiae", "compared"),
    [
        ([49], 200),
        ([48, 49], 200),
        ([24], 400),
        ([24, 48], 200),
        ([20, 12], 300),
        ([12], 800),
        ([4], 800),
        ([0], 800),
    ],
)
def test_as_many_more_are_compared_as_minutiae_are_fewer(
    minutiae: list[int], compared: int
) -> None:
    assert DEPTH.for_minutiae(minutiae).compared == compared
    assert AS_BEFORE.for_minutiae(minutiae) == AS_BEFORE


def test_no_other_step_goes_deeper() -> None:
    assert DEPTH.for_minutiae([12]) == SearchDepth(20_000, 800, 2_000, 2_000, 4)
    assert DEPTH.for_minutiae([12]).shared_by(10) == SearchDepth(2_000, 80, 200, 200, 4)


@pytest.mark.parametrize(
    ("minutiae", "compared", "voted"),
    [
        ([90], 200, 2_000),
        ([90, 90], 25, 250),
        ([24, 90], 59, 592),
        ([24, 24], 200, 2_000),
        ([12, 12], 400, 2_000),
        ([60] * 10, 25, 250),
    ],
)
def test_a_probe_of_several_whole_fingers_is_searched_for_less_deep(
    minutiae: list[int], compared: int, voted: int
) -> None:
    found = SHALLOWER.for_minutiae(minutiae)

    assert found == replace(SHALLOWER, compared=compared, similar=voted, voted=voted)


@pytest.mark.parametrize(
    ("minutiae", "compared", "voted"),
    [([90, 90], 50, 500), ([24, 90], 88, 888), ([60] * 10, 50, 500), ([24, 24], 200, 2_000)],
)
def test_decisions_of_before_are_made_again_as_deep_as_they_were(
    minutiae: list[int], compared: int, voted: int
) -> None:
    found = A_QUARTER.for_minutiae(minutiae)

    assert found == replace(A_QUARTER, compared=compared, similar=voted, voted=voted)


async def test_two_whole_fingers_are_looked_for_in_few_lists() -> None:
    whole = generate_template(generate_master(4), 0, capture_difficulty=0.0)[:49]

    assert await _searched_twice([whole, whole], SHALLOWER) == [(4, 25), (4, 25)]
    assert await _searched_twice([whole, whole[:24]], SHALLOWER) == [(16, 59), (16, 59)]
    assert await _searched_twice([whole, whole], A_QUARTER) == [(32, 50), (32, 50)]
    assert await _searched_twice([whole, whole], DEPTH) == [(128, 200), (128, 200)]


def test_a_descriptor_is_found_in_the_last_list_that_is_probed() -> None:
    rng = np.random.default_rng(7)
    descriptors = random_descriptors(rng, 1)
    lists = FaissDescriptorLists()
    lists.extend(descriptors, listed_minutiae([np.array([[511]], np.uint16)]))

    found = [lists.votes(descriptors, np.arange(count, dtype=np.uint16)[None])[1].tolist()
             for count in (511, 512)]  # fmt: skip

    assert found == [[], [1.0]]


async def test_a_search_for_a_part_of_a_finger_probes_more_lists_and_compares_more() -> None:
    whole = generate_template(generate_master(4), 0, capture_difficulty=0.0)
    assert len(whole) >= 49

    assert await _searched(whole[:49], DEPTH) == (128, 200)
    assert await _searched(whole[:24], DEPTH) == (256, 400)
    assert await _searched(whole[:10], DEPTH) == (512, 800)
    assert await _searched(whole[:10], AS_BEFORE) == (128, 200)


async def test_at_all_positions_the_fingers_that_are_searched_for_say_how_deep() -> None:
    whole = generate_template(generate_master(4), 0, capture_difficulty=0.0)
    fingers = [whole[:12], whole[:14], whole[:12], whole[:12]]

    assert await _searched_twice(fingers, SHALLOWER) == [(104, 176), (236, 369)]
    assert await _searched_twice(fingers, DEPTH) == [(128, 200), (128, 200)]


async def test_at_first_it_probes_and_compares_as_few_as_of_a_finger_and_a_half() -> None:
    whole = generate_template(generate_master(4), 0, capture_difficulty=0.0)
    depth = replace(SHALLOWER, by_fingers_on_record=True, fewest_at_first=72)

    searched = await _searched_twice([whole[:12], whole[:14]], depth)

    assert searched == [(16, 59), (236, 369), (438, 685), (236, 369)]


async def test_the_depth_recorded_is_the_one_that_was_set() -> None:
    probe = _probe(generate_template(generate_master(4), 0, capture_difficulty=0.0)[:10])

    decision = await _search(_Recording(), DEPTH)(
        DecisionRequest(DecisionKind.IDENTIFY, "test", "", 0.001, 10),
        probe,
        SearchScope(),
        seconds_left=60,
    )

    assert decision.depth == DEPTH


async def _searched(finger: Minutiae, depth: SearchDepth) -> tuple[int, int]:
    """Return how many lists a search for a finger probes, and how many persons it compares."""
    index = _Recording()
    request = DecisionRequest(DecisionKind.IDENTIFY, "test", "", 0.001, 10)
    await _search(index, depth)(request, _probe(finger), SearchScope(), seconds_left=60)
    ((lists, compared),) = index.searched
    return lists, compared


async def _searched_twice(fingers: Sequence[Minutiae], depth: SearchDepth) -> list[tuple[int, int]]:
    """Return the same of both searches for several fingers, among a person with one finger."""
    index = _Recording(people=1)
    request = DecisionRequest(DecisionKind.IDENTIFY, "test", "", 0.001, 10)
    probe = probe_of_minutiae(models(), range(1, 1 + len(fingers)), fingers)
    await _search(index, depth)(request, probe, SearchScope(), seconds_left=60)
    return index.searched


def _probe(finger: Minutiae) -> Probe:
    return probe_of_minutiae(models(), [2], [finger])


def _search(index: "_Recording", depth: SearchDepth) -> Search:
    maker = DecisionMaker(models(), SystemClock(), lambda: uuid4().hex, 0.2)
    return Search(index, WorkerPool(1, 10), models(), maker, depth)


class _Recording:
    """An index that finds nobody, and notes what is asked of it: lists probed, persons compared.

    people: how many it says to go over, each with a right index finger.
    """

    def __init__(self, people: int = 0) -> None:
        self.searched: list[tuple[int, int]] = []
        self._people_by_positions = np.zeros(1024, np.int64)
        self._people_by_positions[1 << 1] = people

    async def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        depth: SearchDepth,
        *,
        any_position: bool = False,
        also: Sequence[str] = (),
        seconds_left: float,
    ) -> Shortlist:
        self.searched.append((probe[2].lists.shape[1], depth.compared))
        return Shortlist((), self._people_by_positions, 0, ChangeToken("", 0))
