"""Of the persons compared the best are returned, with what each finger scored."""

import math

import pytest
from matcher.comparison.comparator import PreparedFinger, paired_minutiae
from matcher.domain.decision import Candidate
from matcher.domain.shortlist import Impression, ReferencePerson
from matcher.use_cases.compare_persons import candidates_of, compare_persons

from .models import models
from .people import BOTH_INDEX, minutiae


def finger(person: int, position: int = 2, impression: int = 0) -> PreparedFinger:
    return models().comparator.prepare(minutiae(person, position, impression))


def reference(person: int, *impressions: int) -> ReferencePerson:
    return ReferencePerson(
        f"person-{person}",
        False,
        {
            position: [
                Impression(f"{person}-{number}", finger(person, position, number))
                for number in impressions
            ]
            for position in BOTH_INDEX
        },
    )


def compared(persons: list[ReferencePerson]) -> tuple[Candidate, ...]:
    probe = {position: finger(1, position, 9) for position in BOTH_INDEX}
    return candidates_of(compare_persons(models(), probe, persons), 3.0)


def test_the_mate_comes_first_and_equals_by_id() -> None:
    non_mated = [ReferencePerson(f"same-{n}", False, reference(5, 0).impressions) for n in (2, 1)]

    candidates = compared([*non_mated, reference(1, 0)])

    assert [each.person_id for each in candidates] == ["person-1", "same-1", "same-2"]
    assert [each.hit for each in candidates] == [True, False, False]


def test_a_finger_counts_with_its_best_impression() -> None:
    (candidate,) = compared([reference(1, 0, 9, 1)])

    assert [each.encounter_id for each in candidate.finger_scores] == ["1-9", "1-9"]
    for each in candidate.finger_scores:
        same = finger(1, each.position, 9)
        assert each.matched_minutiae == len(paired_minutiae(same, same)) > 12
    alone = compared([reference(1, 9)])[0].finger_scores
    for best, only in zip(candidate.finger_scores, alone, strict=True):
        assert best.score == pytest.approx(only.score - math.log10(3))


def test_who_has_no_finger_in_common_is_left_out() -> None:
    other = ReferencePerson("person-1", False, {3: [Impression(None, finger(1, 3))]})

    assert compared([other]) == ()
