"""Compares synthetic mated impressions of all qualities and counts how they score."""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.false_match_curves import FalseMatchCurve, interpolated_score
from matcher.calibration.fnir_prediction import (
    SCORE_STEP,
    MatedScoreDistribution,
    quality_weighted_minutiae,
)
from matcher.comparison.comparator import Comparator
from matcher.synthetic import generate_master
from matcher.synthetic.simulated_map import Simulate
from matcher.training.calibration.non_mated_scores import crop
from matcher.training.finger_seeds import CALIBRATION_MATED
from matcher.training.remaining_time import with_remaining_time
from matcher.training.stored_results import Arrays, stored_results

PROBE_DIFFICULTY = (0.3, 2.0)
"""Range from which the capture difficulty of the probe is drawn."""
REFERENCE_DIFFICULTIES = (0.3, 0.5, 0.7, 1.0)
"""Capture difficulties of the references: supervised (0.5) mostly, one as in FVC2002 (1)."""
AREA = (0.1, 1.5)
"""Range of the share of the finger that the probe shows; 1 and more is all of it."""
QUALITY_CLASSES = (2.0, 4.0, 6.0, 8.0, 10.0, 13.0, 17.0, 22.0, 28.0, 36.0, 50.0)
"""Limits of the classes of the probe's summed quality (`quality_weighted_minutiae`)."""
BLOCK = 200
"""Fingers that are compared before their scores are stored."""

Floats = NDArray[np.float64]


def mated_scores(
    comparator: Comparator, simulate: Simulate, number: int
) -> tuple[float, Floats, Floats]:
    """Compare a probe of one finger with one reference of each difficulty.

    Returns the summed quality of the probe, and the size and raw score of each comparison.
    """
    rng = np.random.default_rng((CALIBRATION_MATED, number))
    finger = generate_master(CALIBRATION_MATED + number)
    found = simulate(finger, 0, capture_difficulty=rng.uniform(*PROBE_DIFFICULTY))
    probe = comparator.prepare(crop(found, min(1.0, rng.uniform(*AREA)), rng))
    references = [
        comparator.prepare(simulate(finger, 1 + i, capture_difficulty=difficulty))
        for i, difficulty in enumerate(REFERENCE_DIFFICULTIES)
    ]
    size = np.sqrt([float(len(probe) * len(each)) for each in references])
    raw = comparator.compare(probe, references).astype(np.float64)
    return quality_weighted_minutiae(probe), size, raw


def count_mated(
    comparator: Comparator,
    simulate: Simulate,
    curves: Sequence[FalseMatchCurve],
    fingers: int,
    stored: Path | None = None,
) -> MatedScoreDistribution:
    """Count mated scores by the probe's summed quality and by the reference's difficulty.

    One mated comparison more than there are is counted as scoring less, always: so no predicted
    error rate is below what was counted. fingers: is rounded up to whole blocks of `BLOCK`.
    stored: folder of `stored_results`.
    """

    def of_block(number: int) -> Arrays:
        compared = [mated_scores(comparator, simulate, number * BLOCK + k) for k in range(BLOCK)]
        quality, size, raw = map(np.array, zip(*compared, strict=True))
        return quality, size, raw

    of_block_once = stored_results(stored, "mated", of_block)
    blocks = with_remaining_time("blocks of mated fingers", -(-fingers // BLOCK), of_block_once)
    quality, size, raw = map(np.concatenate, zip(*blocks, strict=True))
    score = interpolated_score(curves, raw, size)
    steps = SCORE_STEP * np.arange(1, math.ceil(score.max() / SCORE_STEP) + 1)
    classes = [(quality >= low) & (quality < high) for low, high in pairwise(QUALITY_CLASSES)]
    below = [
        [[(1 + (row[each] < step).sum()) / (1 + each.sum()) for step in steps] for each in classes]
        for row in score.T
    ]
    return MatedScoreDistribution(
        np.array([quality[each].mean() for each in classes]), np.array(below)
    )
