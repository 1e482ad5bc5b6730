"""Fits the curves of raw score to FMR: non-mated scores counted by size, with a common tail."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.false_match_curves import FalseMatchCurve
from matcher.comparison.likelihood import LOWEST_RAW_SCORE

LEAST_ABOVE = 30
"""Pairs that at least lie above the counted part of a curve; beyond it begins the tail."""
SHARES = 10 ** -np.concatenate([[0.02, 0.1, 0.3], np.arange(0.5, 4.6, 0.25)])
"""Shares of non-mated pairs above the points of a curve's counted part, as far as counts allow."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class NonMatedScores:
    """Non-mated comparisons, and how many pairs each represents.

    raw: raw scores. size: geometric mean of the numbers of minutiae of both fingers. weight: pairs
    that the comparison represents, 1 where all were compared. float64 (n,) each.
    """

    raw: Floats
    size: Floats
    weight: Floats

    def of_size(self, low: float, high: float) -> "NonMatedScores":
        """Return the comparisons of size `low` or more and less than `high`."""
        inside = (self.size >= low) & (self.size < high)
        return NonMatedScores(self.raw[inside], self.size[inside], self.weight[inside])


def fit_curves(scores: NonMatedScores, limits: Sequence[float]) -> list[FalseMatchCurve]:
    """Count the scores of each class of size; fit one exponential tail to all that lie beyond.

    limits: of the classes, rising. Raises ValueError if a class has fewer than ten times
    `LEAST_ABOVE` pairs.
    """
    classes = [scores.of_size(low, high) for low, high in pairwise(limits)]
    curves = [_counted_curve(each) for each in classes]
    above = [each.raw - curve.raw[-1] for each, curve in zip(classes, curves, strict=True)]
    decade = _tail_decade(np.concatenate(above), np.concatenate([each.weight for each in classes]))
    return [replace(curve, raw_per_decade=decade) for curve in curves]


def _counted_curve(scores: NonMatedScores) -> FalseMatchCurve:
    pairs = scores.weight.sum()
    if pairs < 10 * LEAST_ABOVE:
        raise ValueError(f"{pairs:.0f} non-mated pairs of one size are too few to count")
    shares = SHARES[pairs * SHARES >= LEAST_ABOVE]
    order = np.argsort(-scores.raw, kind="stable")
    above = np.cumsum(scores.weight[order]) / pairs
    raw = scores.raw[order][np.searchsorted(above, shares)]
    rising = np.diff(raw, prepend=LOWEST_RAW_SCORE) > 0
    size = math.exp(float(np.average(np.log(scores.size), weights=scores.weight)))
    return FalseMatchCurve(
        size,
        np.append(LOWEST_RAW_SCORE, raw[rising]),
        np.append(0.0, -np.log10(shares[rising])),
        raw_per_decade=math.inf,
    )


def _tail_decade(above: Floats, weight: Floats) -> float:
    """Return the raw score by which an exponential tail falls tenfold, by maximum likelihood."""
    beyond = above > 0
    return math.log(10) * float(np.average(above[beyond], weights=weight[beyond]))
