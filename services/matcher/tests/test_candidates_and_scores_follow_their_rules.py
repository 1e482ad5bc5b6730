"""The rules by which persons are chosen for comparison and scores become decisions."""

import math

import numpy as np
import pytest
from matcher.domain.decision import Outcome
from matcher.domain.decision_rule import best_of, outcome, shortlist

NONE = math.nan


def test_one_clear_finger_is_enough() -> None:
    similarity = np.array(
        [[0.5, 0.5], [0.9, -0.6], [NONE, 0.8], [0.6, 0.1], [0.4, 0.4]], np.float32
    )

    assert sorted(shortlist(similarity, 3)) == [0, 1, 2]


def test_nobody_is_chosen_twice_and_everybody_once() -> None:
    similarity = np.random.default_rng(0).standard_normal((30, 2)).astype(np.float32)

    chosen = shortlist(similarity, 100)

    assert sorted(chosen) == list(range(30))
    assert chosen[0] in (similarity[:, 0].argmax(), similarity[:, 1].argmax())


def test_nobody_is_chosen_from_nobody() -> None:
    assert len(shortlist(np.empty((0, 2), np.float32), 5)) == 0


def test_more_impressions_make_an_impostor_no_likelier() -> None:
    assert best_of([3.0]) == 3.0
    assert best_of([3.0, 1.0]) == pytest.approx(3.0 - math.log10(2))
    assert best_of([0.1, 0.1, 0.1]) == 0.0


@pytest.mark.parametrize(
    ("any_hit", "fnir", "misplaced", "expected"),
    [
        (True, 1.0, True, Outcome.HIT),
        (False, 0.21, False, Outcome.UNDECIDED),
        (False, 0.2, False, Outcome.NO_HIT),
        (False, 0.0, True, Outcome.UNDECIDED),
    ],
)
def test_who_would_be_missed_or_was_mixed_up_is_not_told_no(
    any_hit: bool, fnir: float, misplaced: bool, expected: Outcome
) -> None:
    judged = outcome(any_hit=any_hit, predicted_fnir=fnir, most=0.2, misplaced=misplaced)

    assert judged is expected
