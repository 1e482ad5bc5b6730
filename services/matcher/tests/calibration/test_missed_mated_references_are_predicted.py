"""The predicted FNIR is the share of mated references that are missed."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from matcher.calibration.fnir_prediction import quality_weighted_minutiae
from matcher.calibration.score_calibration import ScoreCalibration
from matcher.comparison.comparator import PreparedFinger
from matcher.synthetic import generate_master, generate_template
from matcher.synthetic.simulated_map import generate_mapped_template
from matcher.training.calibration.mated_scores import mated_scores

from ..fingers import a_finger  # noqa: TID252
from ..models import calibration, comparator  # noqa: TID252

prepare = comparator().prepare
predicted_fnir = calibration().predicted_fnir
WITHOUT_MAP = calibration().without_map
BOTH = pytest.mark.parametrize(
    ("made", "mapped"), [(calibration(), True), (WITHOUT_MAP, False)], ids=["maps", "no map"]
)

UNCOUNTED = range(1_000_000, 1_001_200)
"""Mated comparisons that the calibration has not seen."""
GOOD = prepare(a_finger(1))
POOR = prepare(a_finger(1)[:12])


@pytest.mark.parametrize("probe", [[GOOD], [POOR], [POOR, GOOD], [POOR] * 10])
def test_it_rises_with_the_threshold(probe: list[PreparedFinger]) -> None:
    predicted = [predicted_fnir(probe, threshold) for threshold in np.arange(0.0, 40, 0.5)]

    assert (np.diff(predicted) >= 0).all()
    assert predicted[0] < 0.2
    assert predicted[-1] == pytest.approx(1) or len(probe) > 2
    assert max(predicted) <= 1


def test_more_and_better_fingers_lower_it() -> None:
    assert quality_weighted_minutiae(POOR) < quality_weighted_minutiae(GOOD)
    assert predicted_fnir([POOR], 6) > predicted_fnir([POOR, POOR], 6)
    assert predicted_fnir([POOR], 6) > predicted_fnir([GOOD], 6) > predicted_fnir([GOOD] * 2, 6)


def test_without_a_finger_every_reference_is_missed() -> None:
    assert predicted_fnir([], 1) == 1


def test_a_finger_without_map_is_predicted_as_if_none_had_one() -> None:
    mapped = prepare(generate_mapped_template(generate_master(1), 0))

    assert WITHOUT_MAP is not None
    assert predicted_fnir([mapped, POOR], 6) == WITHOUT_MAP.predicted_fnir([mapped, POOR], 6)
    assert predicted_fnir([mapped], 6) < WITHOUT_MAP.predicted_fnir([mapped], 6)


@cache
def mated(mapped: bool) -> tuple[Any, Any, Any]:
    """Probes, minutiae in common and raw scores of mated comparisons."""
    simulate = generate_mapped_template if mapped else generate_template
    compared = [mated_scores(comparator(), simulate, number) for number in UNCOUNTED]
    probes, sizes, raw = zip(*compared, strict=True)
    return np.array(probes), np.array(sizes), np.array(raw)


@BOTH
@pytest.mark.parametrize("fingers", [1, 2])
@pytest.mark.parametrize("asked", [4.0, 6.0])
def test_as_many_mated_references_are_missed_as_predicted(
    made: ScoreCalibration, mapped: bool, fingers: int, asked: float
) -> None:
    probes, sizes, raw = mated(mapped)
    scores = made.finger_scores(raw, sizes, sizes)
    sums = scores.reshape(-1, fingers, scores.shape[1]).sum(1)
    needed = made.finger_score_sum(asked, fingers)

    predicted = [
        made.mated_scores.share_below(probes[k : k + fingers].tolist(), needed)
        for k in range(0, len(probes), fingers)
    ]
    missed = (sums < needed).mean()

    assert np.mean(predicted) == pytest.approx(missed, rel=0.25, abs=0.01)
