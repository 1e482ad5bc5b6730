"""Fits curves to an operator's non-mated scores; where there are too few, the given ones stay."""

from collections.abc import Sequence

import numpy as np

from matcher.calibration.curve_fitting import NonMatedScores, fit_curves
from matcher.calibration.false_match_curves import FalseMatchCurve

LEAST_PAIRS = 4_000
"""Non-mated pairs of each class of size."""
SIZES = (4.0, 7.0, 9.0, 11.0, 13.0, 16.0, 20.0, 25.0, 31.0, 38.0, 50.0)
"""Limits of the classes of size, which are merged until each holds enough pairs."""


def fitted_limits(scores: NonMatedScores) -> list[float]:
    """Return the limits of the classes that hold enough pairs, from the largest fingers down.

    Empty if all pairs together are too few. Pairs below the lowest limit are not fitted.
    """
    limits = [SIZES[-1]]
    for low in SIZES[-2::-1]:
        if len(scores.of_size(low, limits[0]).raw) >= LEAST_PAIRS:
            limits.insert(0, low)
    return limits if len(limits) > 1 else []


def operator_curves(
    scores: NonMatedScores, given: Sequence[FalseMatchCurve]
) -> list[FalseMatchCurve]:
    """Return the operator's curves, below them the given ones of smaller fingers.

    A given curve is replaced by the lower score of itself and of the operator's first one: smaller
    fingers never score more than those that were measured. Raises ValueError if pairs are too few.
    """
    limits = fitted_limits(scores)
    if not limits:
        raise ValueError(
            f"there are {len(scores.raw):,} non-mated comparisons; at least {LEAST_PAIRS:,} are "
            "needed: add fingers"
        )
    own = fit_curves(scores, limits)
    smaller = [_lower(curve, own[0]) for curve in given if curve.size < limits[0]]
    return [*smaller, *own]


def _lower(one: FalseMatchCurve, other: FalseMatchCurve) -> FalseMatchCurve:
    """Return the curve that gives, at each raw score, the lower score of two curves.

    Exact at the points of both; beyond the counted part of both it rises as the slower one.
    """
    raw = np.union1d(one.raw, other.raw)
    score = np.minimum(one(raw), other(raw))
    decade = max(one.raw_per_decade, other.raw_per_decade)
    return FalseMatchCurve(one.size, raw, score, decade)
