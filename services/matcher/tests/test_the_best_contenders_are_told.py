"""Of those compared exactly the best are told, with the evidence of each finger."""

import math

import pytest
from matcher.comparison.comparator import PreparedFinger, paired_minutiae
from matcher.domain.decision import Candidate
from matcher.domain.shortlist import Impression, ReferencePerson
from matcher.use_cases.compare_candidates import compare_candidates

from .models import comparator, models
from .people import BOTH_INDEX, minutiae


def finger(person: int, position: int = 2, touch: int = 0) -> PreparedFinger:
    return comparator().prepare(minutiae(person, position, touch))


def contender(person: int, *touches: int) -> ReferencePerson:
    return ReferencePerson(
        f"person-{person}",
        False,
        {
            p: [Impression(f"{person}-{touch}", finger(person, p, touch)) for touch in touches]
            for p in BOTH_INDEX
        },
    )


def told(contenders: list[ReferencePerson], most: int = 10) -> tuple[Candidate, ...]:
    probe = {position: finger(1, position, 9) for position in BOTH_INDEX}
    return compare_candidates(models(), probe, contenders, threshold=3.0, most=most)


def test_the_mate_comes_first_and_equals_by_name() -> None:
    strangers = [ReferencePerson(f"twin-{n}", False, contender(5, 0).impressions) for n in (2, 1)]

    candidates = told([*strangers, contender(1, 0)])

    assert [each.person_id for each in candidates] == ["person-1", "twin-1", "twin-2"]
    assert [each.hit for each in candidates] == [True, False, False]


def test_no_more_are_told_than_asked_for() -> None:
    candidates = told([contender(person, 0) for person in (3, 1, 4)], most=1)

    assert [each.person_id for each in candidates] == ["person-1"]


def test_the_best_impression_is_the_evidence() -> None:
    (candidate,) = told([contender(1, 0, 9, 1)])

    assert [each.encounter_id for each in candidate.evidence] == ["1-9", "1-9"]
    for each in candidate.evidence:
        same = finger(1, each.position, 9)
        assert each.matched_minutiae == len(paired_minutiae(same, same)) > 12
    alone = told([contender(1, 9)])[0].evidence
    for best, only in zip(candidate.evidence, alone, strict=True):
        assert best.score == pytest.approx(only.score - math.log10(3))


def test_who_has_no_finger_in_common_is_left_out() -> None:
    assert told([ReferencePerson("person-1", False, {3: [Impression(None, finger(1, 3))]})]) == ()
