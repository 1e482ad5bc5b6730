"""Measures by how much summed finger scores of non-mated persons exceed independent ones."""

import math
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv  # type: ignore[import-untyped, unused-ignore]

from matcher.calibration.false_match_curves import FalseMatchCurve, interpolated_score
from matcher.comparison.comparator import Comparator
from matcher.synthetic.simulated_map import Simulate
from matcher.training.calibration.non_mated_scores import FINGERS, PERSONS, persons_by_finger
from matcher.training.calibration.score_curves import FULLY_COUNTED_SIZE
from matcher.training.remaining_time import with_remaining_time
from matcher.training.stored_results import Arrays, stored_results

Floats = NDArray[np.float64]


def person_sum_factor(
    comparator: Comparator,
    simulate: Simulate,
    curves: list[FalseMatchCurve],
    groups: int,
    stored: Path | None = None,
) -> float:
    """Return the factor, at most 1, that keeps sums of finger scores within their nominal FMR.

    stored: folder of `stored_results`.
    """
    of_group = stored_results(stored, "persons", partial(_raw_scores, comparator, simulate))
    parts = with_remaining_time("groups of persons", groups, of_group)
    raw, size = map(np.concatenate, zip(*parts, strict=True))
    return _sum_factor(_finger_scores(curves, raw, size))


def _raw_scores(comparator: Comparator, simulate: Simulate, number: int) -> Arrays:
    """Compare the persons of a group; return raw scores and sizes, float64 (pairs, 10) each."""
    first, second = np.triu_indices(PERSONS, 1)
    raw, size = [], []
    for persons in persons_by_finger(comparator, simulate, number):
        rows = [comparator.compare(persons[i], persons[i + 1 :]) for i in range(PERSONS - 1)]
        length = np.array([len(finger) for finger in persons], np.float64)
        size.append(np.sqrt(length[first] * length[second]))
        raw.append(np.concatenate(rows).astype(np.float64))
    return np.stack(raw, axis=1), np.stack(size, axis=1)


def _finger_scores(curves: list[FalseMatchCurve], raw: Floats, size: Floats) -> Floats:
    """Return finger scores of non-mated persons, float64 (n, 10).

    Only of persons of small fingers: larger ones score less than they could, which would hide that
    fingers of one person depend on each other.
    """
    small = size.mean(1) < FULLY_COUNTED_SIZE
    return interpolated_score(curves, raw[small], size[small])


def _sum_factor(scores: Floats) -> float:
    """Return the least ratio, at most 1, of expected to observed quantiles of summed scores.

    scores: (n, 10). Sums of independent scores follow Erlang's distribution. Quantiles exceeded by
    1 in 10 to 1 in 1,000, of two to ten fingers, each by the ratio of a single finger: this is
    about the dependence of fingers, not about how well their curves fit these persons.
    """
    single, ratios = _quantile_ratios(scores, 1), [1.0]
    for fingers in range(2, FINGERS + 1):
        relative = _quantile_ratios(scores, fingers) / single
        ratios.extend(relative.tolist())
        print(f"{fingers} fingers: expected / observed, by that of one", relative.round(3))
    return math.floor(100 * min(ratios)) / 100


def _quantile_ratios(scores: Floats, fingers: int) -> Floats:
    """Return expected to observed quantiles of sums of so many fingers, (3,)."""
    shares = np.array([1e-1, 1e-2, 1e-3])
    sums = scores[:, : FINGERS // fingers * fingers].reshape(-1, fingers).sum(1)
    expected = gammainccinv(fingers, shares) / math.log(10)
    return np.asarray(expected / np.quantile(sums, 1 - shares))
