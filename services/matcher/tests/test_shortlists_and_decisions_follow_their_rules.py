"""The rules by which persons are shortlisted for comparison and scores become decisions."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matcher.domain.decision_rule import (
    any_position_score,
    best_impression_score,
    decide_outcome,
    is_hit,
    is_same_finger,
)
from matcher.domain.encounter import (
    EncounterStatus,
    StoredTemplate,
    newest_of_each_position,
)
from matcher.domain.shortlist import choose_shortlist, ranks
from numpy.typing import NDArray

NONE = math.nan


def test_one_clear_finger_is_enough() -> None:
    similarity = np.array(
        [[0.5, 0.5], [0.9, -0.6], [NONE, 0.8], [0.6, 0.1], [0.4, 0.4]], np.float32
    )

    assert sorted(choose_shortlist(similarity, 3)) == [0, 1, 2]


def test_the_best_of_each_ranking_come_first_and_of_these_the_best_sum() -> None:
    scores = np.array([[5.0, 0.0], [1.0, 7.0], [4.0, 4.0], [3.0, 3.0]], np.float32)

    # First of a ranking: 0 (finger one), 1 (finger two), 1 and 2 share the sum of 8.
    assert choose_shortlist(scores, 4).tolist() == [1, 0, 2, 3]


def test_nobody_is_chosen_twice_and_everybody_once() -> None:
    similarity = np.random.default_rng(0).standard_normal((30, 2)).astype(np.float32)

    chosen = choose_shortlist(similarity, 100)

    assert sorted(chosen) == list(range(30))
    assert chosen[0] in (similarity[:, 0].argmax(), similarity[:, 1].argmax())


LACKS_A_FINGER = np.array([[NONE, 1.0], [NONE, 2.0], [NONE, 3.0], [5.0, 4.0]], np.float32)


def test_whoever_lacks_a_finger_has_no_rank_by_it() -> None:
    assert choose_shortlist(LACKS_A_FINGER, 4).tolist() == [3, 2, 1, 0]


def test_the_oldest_who_lack_it_took_the_next_ranks_when_all_had_ranks() -> None:
    assert choose_shortlist(LACKS_A_FINGER, 4, ranks_all=True).tolist() == [3, 2, 0, 1]
    lacks_both = np.array([[NONE, NONE], [NONE, 3.0], [NONE, 2.0], [5.0, 4.0]], np.float32)
    assert choose_shortlist(lacks_both, 3, ranks_all=True).tolist() == [3, 1, 0]


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(0, 12), st.integers(1, 3)),
        elements=st.sampled_from([NONE] * 6 + [*np.arange(9.0)]),
        fill=st.nothing(),  # else nearly all are equal
    ),
    st.integers(0, 13),
)
def test_the_rankings_are_read_in_step(scores: NDArray[np.float32], count: int) -> None:
    sums = [math.fsum(value for value in of if not math.isnan(value)) for of in scores.tolist()]
    best = [len(sums)] * len(sums)
    for ranking in (*scores.T.tolist(), sums):
        known = [(-value, row) for row, value in enumerate(ranking) if not math.isnan(value)]
        for rank, (_, row) in enumerate(sorted(known)):
            best[row] = min(best[row], rank)
    first = sorted(range(len(sums)), key=lambda row: (best[row], -sums[row]))

    assert choose_shortlist(scores, count).tolist() == first[:count]


def test_scores_rank_persons_alike_however_they_lie_in_memory() -> None:
    rng = np.random.default_rng(2)
    of_ten_fingers = rng.random(10).astype(np.float32)
    # The same scores by other fingers: equal sums, but for how they are rounded.
    scores = np.stack([rng.permutation(of_ten_fingers) for _ in range(50)])

    by_finger = ranks(np.asfortranarray(scores))

    assert np.array_equal(ranks(scores), by_finger)


def test_nobody_is_chosen_from_nobody() -> None:
    assert len(choose_shortlist(np.empty((0, 2), np.float32), 5)) == 0


def test_more_impressions_make_an_impostor_no_likelier() -> None:
    assert best_impression_score([3.0]) == 3.0
    assert best_impression_score([3.0, 1.0]) == pytest.approx(3.0 - math.log10(2))
    assert best_impression_score([0.1, 0.1, 0.1]) == 0.0


@pytest.mark.parametrize(("score", "hit"), [(5.99, False), (6.0, True), (6.01, True)])
def test_a_score_at_the_threshold_is_a_hit(score: float, hit: bool) -> None:
    assert is_hit(score, 6.0) is hit


@pytest.mark.parametrize(("score", "same"), [(5.99, False), (6.0, True), (9.0, True)])
def test_two_fingers_scoring_six_are_one(score: float, same: bool) -> None:
    assert is_same_finger(score) is same


_GOOD: dict[str, Any] = {
    "any_hit": False,
    "is_unproven": False,
    "people_searched": 5,
    "positions_compared": (2,),
    "predicted_fnir": 0.2,
    "max_predicted_fnir": 0.2,
    "incomplete_people": 0,
    "any_finger_sequence_error": False,
}


@pytest.mark.parametrize(
    ("other", "outcome", "reasons"),
    [
        ({}, "NO_HIT", []),
        ({"any_hit": True, "predicted_fnir": 1.0, "any_finger_sequence_error": True}, "HIT", []),
        ({"any_hit": True, "is_unproven": True}, "UNDECIDED", ["UNPROVEN_REFERENCE"]),
        ({"is_unproven": True}, "NO_HIT", []),
        ({"predicted_fnir": 0.21}, "UNDECIDED", ["PREDICTED_FNIR"]),
        ({"predicted_fnir": 1.0, "positions_compared": ()}, "UNDECIDED", ["NOTHING_COMPARED"]),
        ({"any_finger_sequence_error": True}, "UNDECIDED", ["FINGER_SEQUENCE_ERROR"]),
        ({"incomplete_people": 1}, "NO_HIT", []),
        (
            {"incomplete_people": 1, "predicted_fnir": 0.3},
            "UNDECIDED",
            ["PREDICTED_FNIR", "INCOMPLETE_RECORDS"],
        ),
        ({"people_searched": 0, "predicted_fnir": 1.0, "positions_compared": ()}, "NO_HIT", []),
    ],
)
def test_no_hit_needs_good_fingers_compared_in_their_places(
    other: dict[str, Any], outcome: str, reasons: list[str]
) -> None:
    decided, because = decide_outcome(**_GOOD | other)

    assert (decided.name, [reason.name for reason in because]) == (outcome, reasons)


def test_more_assignments_make_an_impostor_no_likelier() -> None:
    # Two fingers among ten: 90 assignments, which share a tenth of the target FPIR.
    assert any_position_score(9.0, 2, 10) == pytest.approx(9.0 - math.log10(90 * 9))
    assert any_position_score(9.0, 10, 2) == any_position_score(9.0, 2, 10)
    assert any_position_score(1.0, 2, 10) == 0.0


def test_only_inactive_encounters_are_not_searched() -> None:
    searched = {status.name: status.is_searched for status in EncounterStatus}

    assert searched == {"PENDING": True, "ACTIVE": True, "INACTIVE": False, "FRAUD": True}


def test_of_each_finger_the_newest_template_stands_for_a_person() -> None:
    newest_first = [
        StoredTemplate("new", 7, b"new left", b""),
        StoredTemplate("old", 2, b"old right", b""),
        StoredTemplate("old", 7, b"old left", b""),
    ]

    assert newest_of_each_position(newest_first) == [
        StoredTemplate("old", 2, b"old right", b""),
        StoredTemplate("new", 7, b"new left", b""),
    ]
