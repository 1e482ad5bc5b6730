"""Fits the curves of raw score to FMR: non-mated scores counted by size, with a common tail."""

import math
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.false_match_curves import FalseMatchCurve
from matcher.comparison.comparator import Comparator
from matcher.comparison.likelihood import LOWEST_RAW_SCORE
from matcher.training.calibration.non_mated_scores import FEWEST, WeightedScores, same_flow_scores
from matcher.training.calibration.remaining_time import with_remaining_time

SIZES = (FEWEST, 7.0, 9.0, 11.0, 13.0, 20.0)
"""Limits of the classes of size. Larger non-mated pairs score by the last curve: beyond it high
scores of real ones hardly become rarer."""
SHARES = 10 ** -np.concatenate([[0.02, 0.1, 0.3], np.arange(0.5, 4.6, 0.25)])
"""Shares of non-mated pairs above the points of a curve's counted part."""

Floats = NDArray[np.float64]


def non_mated_curves(comparator: Comparator, groups: int) -> list[FalseMatchCurve]:
    """Return one curve for each class of size, counted on `groups` groups of fingers."""
    return _fit_curves(_all_scores(comparator, groups))


def _all_scores(comparator: Comparator, groups: int) -> WeightedScores:
    parts = list(with_remaining_time("groups", groups, partial(same_flow_scores, comparator)))
    return WeightedScores(
        *(
            np.concatenate([getattr(each, name) for each in parts])
            for name in ("raw", "size", "weight", "tier")
        )
    )


def _fit_curves(scores: WeightedScores) -> list[FalseMatchCurve]:
    """Count the scores of each class of size; fit one exponential tail to all that lie beyond."""
    print(f"{len(scores.raw):,} compared of {scores.weight.sum():,.0f} pairs")
    classes = [_of_size(scores, low, high) for low, high in pairwise(SIZES)]
    curves = [_counted_curve(each) for each in classes]
    above = [each.raw - curve.raw[-1] for each, curve in zip(classes, curves, strict=True)]
    decade = _tail_decade(np.concatenate(above), np.concatenate([each.weight for each in classes]))
    curves = [replace(curve, raw_per_decade=decade) for curve in curves]
    for each, curve in zip(classes, curves, strict=True):
        _report(curve, each)
    return curves


def _of_size(scores: WeightedScores, low: float, high: float) -> WeightedScores:
    inside = (scores.size >= low) & (scores.size < high)
    return WeightedScores(
        scores.raw[inside], scores.size[inside], scores.weight[inside], scores.tier[inside]
    )


def _counted_curve(scores: WeightedScores) -> FalseMatchCurve:
    size = math.exp(float(np.average(np.log(scores.size), weights=scores.weight)))
    order = np.argsort(-scores.raw, kind="stable")
    above = np.cumsum(scores.weight[order]) / scores.weight.sum()
    raw = scores.raw[order][np.searchsorted(above, SHARES)]
    score = np.append(0.0, -np.log10(SHARES))
    return FalseMatchCurve(size, np.append(LOWEST_RAW_SCORE, raw), score, raw_per_decade=math.inf)


def _tail_decade(above: Floats, weight: Floats) -> float:
    """Return the raw score by which an exponential tail falls tenfold, by maximum likelihood."""
    beyond = above > 0
    return math.log(10) * float(np.average(above[beyond], weights=weight[beyond]))


def _report(curve: FalseMatchCurve, scores: WeightedScores) -> None:
    """Print nominal and counted false matches, and their share outside the first tier."""
    pairs, score = scores.weight.sum(), curve(scores.raw)
    print(f"size {curve.size:.1f}, {pairs:,.0f} pairs, {curve.raw_per_decade:.3f} a decade")
    for decades in (2, 3, 4, 5, 6, 7):
        over = score >= decades
        count = scores.weight[over].sum()
        sampled = scores.weight[over & (scores.tier > 0)].sum() / max(count, 1)
        nominal = pairs * 10.0**-decades
        print(f"  {decades}: nominal {nominal:,.1f}, counted {count:,.0f}, sampled {sampled:.3f}")
