"""Measures by how much summed finger scores of non-mated persons exceed independent ones."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv  # type: ignore[import-untyped, unused-ignore]

from matcher.calibration.false_match_curves import FalseMatchCurve, interpolated_score
from matcher.comparison.comparator import Comparator
from matcher.training.calibration.non_mated_scores import FINGERS, PERSONS, persons_by_finger
from matcher.training.calibration.remaining_time import with_remaining_time
from matcher.training.calibration.score_curves import SIZES

Floats = NDArray[np.float64]


def person_sum_factor(comparator: Comparator, curves: list[FalseMatchCurve], groups: int) -> float:
    """Return the factor, at most 1, that keeps sums of finger scores within their nominal FMR."""
    return _sum_factor(_finger_scores(comparator, curves, groups))


def _finger_scores(comparator: Comparator, curves: list[FalseMatchCurve], groups: int) -> Floats:
    """Return finger scores of non-mated persons, float64 (n, 10).

    Only of persons as small as the curves: larger fingers score less than they could, which would
    hide that fingers of one person depend on each other.
    """
    first, second = np.triu_indices(PERSONS, 1)

    def of_group(number: int) -> Floats:
        scores, sizes = [], []
        for persons in persons_by_finger(comparator, number):
            rows = [comparator.compare(persons[i], persons[i + 1 :]) for i in range(PERSONS - 1)]
            length = np.array([len(finger) for finger in persons], np.float64)
            sizes.append(np.sqrt(length[first] * length[second]))
            raw = np.concatenate(rows).astype(np.float64)
            scores.append(interpolated_score(curves, raw, sizes[-1]))
        small = np.mean(sizes, axis=0) < SIZES[-1]
        return np.asarray(np.stack(scores, axis=1)[small])

    return np.concatenate(list(with_remaining_time("groups of persons", groups, of_group)))


def _sum_factor(scores: Floats) -> float:
    """Return the least ratio, at most 1, of expected to observed quantiles of summed scores.

    scores: (n, 10). Sums of independent scores follow Erlang's distribution. Quantiles exceeded by
    1 in 100 to 1 in 10,000, of one to ten fingers.
    """
    ratios = [1.0]
    for fingers in range(1, FINGERS + 1):
        sums = scores[:, : FINGERS // fingers * fingers].reshape(-1, fingers).sum(1)
        for share in (1e-2, 1e-3, 1e-4):
            expected = gammainccinv(fingers, share) / math.log(10)
            ratios.append(float(expected / np.quantile(sums, 1 - share)))
        of_fingers = " ".join(f"{ratio:.3f}" for ratio in ratios[-3:])
        print(f"{fingers} fingers, {len(sums):,} persons: expected / observed {of_fingers}")
    return math.floor(100 * min(ratios)) / 100
