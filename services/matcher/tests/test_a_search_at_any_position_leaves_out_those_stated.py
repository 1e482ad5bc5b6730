"""The stated positions are searched once: at any position a finger is searched for at the others.

But a person with a finger that matches where it should is compared at all positions in any case,
since others of its fingers may be mixed up.
"""

from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest
from matcher.at_size.synthetic_people import features_of, index_entry, probe_of_minutiae
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import Candidate, DecisionKind, DecisionRequest
from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger_source import Probe
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.memory_index import MemoryIndex
from matcher.minutiae import Minutiae
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.search import Search
from servicekit.process.clock import SystemClock
from servicekit.process.worker_pool import WorkerPool

from .models import models
from .people import minutiae
from .random_fingers import random_finger, similar_finger
from .searched_in_process import SearchedInProcess

AT_ALL = SearchDepth(1, 1, 1, 1, by_codes=True, signs_only=True)
AT_OTHERS = replace(AT_ALL, other_positions_only=True)
EVERYBODY = SearchScope()
TWO_MIXED_UP = {2: 2, 3: 3, 7: 8, 8: 7}
"""By stated position the finger that was captured."""


@pytest.fixture
def wanted() -> FingerFeatures:
    return random_finger(np.random.default_rng(1))


@pytest.fixture
def index(wanted: FingerFeatures) -> MemoryIndex:
    """An index of persons who have the finger wanted where it should be, elsewhere or nowhere."""
    rng = np.random.default_rng(2)
    index = MemoryIndex(ChangeToken("", 0))
    fingers = [
        ("right", {2: similar_finger(wanted, rng), 7: random_finger(rng)}),
        ("elsewhere", {2: random_finger(rng), 7: similar_finger(wanted, rng)}),
        ("nowhere", {2: random_finger(rng), 7: random_finger(rng)}),
        ("no other", {2: random_finger(rng)}),
    ]
    index.update((), [_entry(n, *each) for n, each in enumerate(fingers, 1)])
    return index


def _entry(number: int, name: str, fingers: dict[int, FingerFeatures]) -> IndexEntry:
    return IndexEntry(f"{number}", name, EncounterStatus.ACTIVE, number, fingers)


def _found(shortlist: Shortlist) -> list[tuple[str | None, list[int]]]:
    return [(each.person_id, [*each.impressions]) for each in shortlist.persons]


def test_who_has_the_finger_elsewhere_is_shortlisted_with_all_fingers(
    index: MemoryIndex, wanted: FingerFeatures
) -> None:
    found = index.search({2: wanted}, EVERYBODY, AT_OTHERS, any_position=True)

    assert _found(found) == [("elsewhere", [2, 7])]
    assert found.people_searched == 4


def test_the_stated_positions_are_searched_first(
    index: MemoryIndex, wanted: FingerFeatures
) -> None:
    found = index.search({2: wanted}, EVERYBODY, AT_OTHERS)

    assert _found(found) == [("right", [2])]


def test_persons_named_are_shortlisted_after_the_others_once_and_within_the_scope(
    index: MemoryIndex, wanted: FingerFeatures
) -> None:
    also = ["no other", "elsewhere", "nobody", "right"]

    found = index.search({2: wanted}, EVERYBODY, AT_OTHERS, any_position=True, also=also)
    without = index.search(
        {2: wanted},
        SearchScope(except_person_id="right"),
        AT_OTHERS,
        any_position=True,
        also=also,
    )

    assert _found(found) == [("elsewhere", [2, 7]), ("no other", [2]), ("right", [2, 7])]
    assert _found(without) == [("elsewhere", [2, 7]), ("no other", [2])]


def test_where_all_have_one_position_nobody_is_searched_again(wanted: FingerFeatures) -> None:
    index = MemoryIndex(ChangeToken("", 0))
    index.update((), [_entry(n, f"p{n}", {2: wanted}) for n in range(1, 4)])

    found = index.search({2: wanted}, EVERYBODY, AT_OTHERS, any_position=True)

    assert (_found(found), found.people_searched) == ([], 3)


async def test_the_mixed_up_fingers_of_a_hit_are_told() -> None:
    probe = {  # of which the two that show most are searched for
        stated: minutiae(1, finger, impression=1)[: 26 if stated == finger else 22]
        for stated, finger in TWO_MIXED_UP.items()
    }

    first, second = await _candidates(probe, AT_OTHERS)

    assert (first.person_id, _errors(first)) == ("person-1", [(7, 8), (8, 7)])
    assert (second.person_id, _errors(second)) == ("person-2", [(2, 3)])


async def test_a_decision_recorded_before_is_made_again_at_all_positions() -> None:
    probe = {2: minutiae(1, 2, impression=1), 3: minutiae(1, 3, impression=1)}

    now, before = await _candidates(probe, AT_OTHERS), await _candidates(probe, AT_ALL)

    assert [each.person_id for each in now] == ["person-1", "person-2"]
    assert [each.person_id for each in before] == ["person-1"]


async def _candidates(probe: dict[int, Minutiae], depth: SearchDepth) -> list[Candidate]:
    """Return whom a search at any position compares, one a ranking, among two people.

    person-2 has the first finger of person-1 as its third.
    """
    index = MemoryIndex(ChangeToken("", 0))
    people = [_on_record(1, {p: p for p in TWO_MIXED_UP}), _on_record(2, {3: 2, 8: 7})]
    index.update((), people, ChangeToken("", 2))
    pool = WorkerPool(1, 10)
    maker = DecisionMaker(models(), SystemClock(), lambda: uuid4().hex, 0.2)
    request = DecisionRequest(DecisionKind.IDENTIFY, "test", "", 0.001, 10, any_position=True)
    try:
        decision = await Search(SearchedInProcess(index), pool, models(), maker, depth)(
            request, _probe(probe), EVERYBODY, seconds_left=60
        )
    finally:
        pool.close()
    return [*decision.candidates]


def _errors(candidate: Candidate) -> list[tuple[int, int]]:
    return [
        (each.stated_position, each.actual_position) for each in candidate.finger_sequence_errors
    ]


def _on_record(person: int, fingers: dict[int, int]) -> IndexEntry:
    """Return a person with these fingers of person 1. fingers: by position which it is."""
    found = features_of(models(), [minutiae(1, finger) for finger in fingers.values()])
    return index_entry(f"person-{person}", person, dict(zip(fingers, found, strict=True)))


def _probe(probe: dict[int, Minutiae]) -> Probe:
    return probe_of_minutiae(models(), [*probe], [*probe.values()])
