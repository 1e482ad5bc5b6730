"""Counts the non-mated scores of synthetic fingers and fits the curves of raw score to FMR."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from matcher.calibration.curve_fitting import NonMatedScores, fit_curves
from matcher.calibration.false_match_curves import FalseMatchCurve
from matcher.comparison.comparator import Comparator
from matcher.synthetic.simulated_map import Simulate
from matcher.training.calibration.non_mated_scores import FEWEST, population_scores
from matcher.training.remaining_time import with_remaining_time
from matcher.training.stored_results import Arrays, stored_results

SIZES = (FEWEST, 7.0, 9.0, 11.0, 13.0, 16.0, 20.0, 25.0, 30.0)
"""Limits of the classes of size in which synthetic comparisons are counted."""
FULLY_COUNTED_SIZE = 16.0
"""Size up to which real comparisons score by the curve of synthetic ones of the same size. Beyond,
high non-mated scores of real fingers become rarer only about half as fast, by the logarithm of the
size, so that the curve of size s is that of real comparisons of size s^2 / 16."""


def non_mated_curves(
    comparator: Comparator, simulate: Simulate, groups: int, stored: Path | None = None
) -> list[FalseMatchCurve]:
    """Return one curve for each class of size, counted on `groups` groups of fingers.

    stored: folder of `stored_results`.
    """

    def of_group(number: int) -> Arrays:
        scores = population_scores(comparator, simulate, number)
        return scores.raw, scores.size, scores.weight

    of_group_once = stored_results(stored, "non-mated", of_group)
    parts = with_remaining_time("groups", groups, of_group_once)
    scores = NonMatedScores(*map(np.concatenate, zip(*parts, strict=True)))
    print(f"{len(scores.raw):,} compared of {scores.weight.sum():,.0f} pairs")
    curves = fit_curves(scores, SIZES)
    for curve, (low, high) in zip(curves, pairwise(SIZES), strict=True):
        _report(curve, scores.of_size(low, high))
    return [replace(curve, size=_real_size(curve.size)) for curve in curves]


def _real_size(synthetic: float) -> float:
    """Return the size of the real comparisons that a curve is for."""
    return synthetic * max(1.0, synthetic / FULLY_COUNTED_SIZE)


def _report(curve: FalseMatchCurve, scores: NonMatedScores) -> None:
    """Print nominal and counted false matches, and their share that was sampled."""
    pairs, score = scores.weight.sum(), curve(scores.raw)
    print(
        f"size {curve.size:.1f}, {pairs:,.0f} pairs, counted to {curve.score[-1]:.2f}, "
        f"then {curve.raw_per_decade:.3f} a decade"
    )
    for decades in (1, 2, 3, 4, 5, 6, 7):
        over = score >= decades
        count = scores.weight[over].sum()
        sampled = scores.weight[over & (scores.weight > 1)].sum() / max(count, 1)
        nominal = pairs * 10.0**-decades
        print(f"  {decades}: nominal {nominal:,.1f}, counted {count:,.0f}, sampled {sampled:.3f}")
