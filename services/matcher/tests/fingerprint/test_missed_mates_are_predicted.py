"""The predicted FNIR is the share of mates that are missed."""

import numpy as np
import pytest
from matcher.calibration import fnir
from matcher.calibration.fnir import predicted_fnir, worth
from matcher.calibration.scores import STORED, finger_score, needed
from matcher.comparison.compare import Prepared, prepare
from matcher.training.calibration.mated_scores import mated_scores

from .fingers import a_finger

UNCOUNTED = range(1_000_000, 1_001_200)
"""Mates that the calibration has not seen."""
GOOD = prepare(a_finger(1))
POOR = prepare(a_finger(1)[:12])


@pytest.mark.parametrize("probe", [[GOOD], [POOR], [POOR, GOOD], [POOR] * 10])
def test_it_rises_with_the_threshold(probe: list[Prepared]) -> None:
    predicted = [predicted_fnir(probe, threshold) for threshold in np.arange(0.0, 40, 0.5)]

    assert (np.diff(predicted) >= 0).all()
    assert predicted[0] < 0.2
    assert predicted[-1] == pytest.approx(1) or len(probe) > 2
    assert max(predicted) <= 1


def test_more_and_better_fingers_lower_it() -> None:
    assert worth(POOR) < worth(GOOD)
    assert predicted_fnir([POOR], 6) > predicted_fnir([POOR, POOR], 6)
    assert predicted_fnir([POOR], 6) > predicted_fnir([GOOD], 6) > predicted_fnir([GOOD] * 2, 6)


def test_nothing_finds_nobody() -> None:
    assert predicted_fnir([], 1) == 1


@pytest.mark.parametrize("fingers", [1, 2])
@pytest.mark.parametrize("asked", [4.0, 6.0])
def test_as_many_mates_are_missed_as_it_says(fingers: int, asked: float) -> None:
    probes, sizes, raw = map(np.array, zip(*map(mated_scores, UNCOUNTED), strict=True))
    scores = finger_score(raw, sizes, sizes)
    sums = scores.reshape(-1, fingers, scores.shape[1]).sum(1)
    mates = fnir.load(STORED)

    predicted = [
        mates.missed(probes[k : k + fingers].tolist(), needed(asked, fingers))
        for k in range(0, len(probes), fingers)
    ]
    missed = (sums < needed(asked, fingers)).mean()

    assert np.mean(predicted) == pytest.approx(missed, rel=0.25, abs=0.01)
