"""Checks an operator's calibration: observed false match rates, and their uncertainty."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array  # type: ignore[import-untyped, unused-ignore]

from matcher.calibration.false_match_curves import FalseMatchCurve, interpolated_score
from matcher.operator_calibration.finger_pairs import FingerPairs, Flags

DECADES = (1, 2, 3, 4)
"""-log10 of the false match rates that are checked."""
_RESAMPLES = 400

Fit = Callable[[FingerPairs], Sequence[FalseMatchCurve]]


@dataclass(frozen=True, slots=True)
class ObservedRate:
    """False matches at the score whose nominal FMR is 10^-decades.

    low, high: 95 % interval of the observed FMR, by drawing the fingers again with replacement
    (Bolle, Ratha and Pankanti, "Error analysis of pattern recognition systems: the subsets
    bootstrap", CVIU 93(1), 2004): pairs that share fingers are not independent.
    """

    decades: int
    non_mated: int
    false_matches: int
    low: float
    high: float


def observed_rates(pairs: FingerPairs, curves: Sequence[FalseMatchCurve]) -> list[ObservedRate]:
    """Count the non-mated pairs that match, at each of `DECADES`."""
    some = pairs.where(~pairs.mated)
    score = interpolated_score(curves, some.raw, some.size)
    matches = [score >= decades for decades in DECADES]
    return [
        ObservedRate(decades, len(score), int(each.sum()), *interval)
        for decades, each, interval in zip(DECADES, matches, _intervals(some, matches), strict=True)
    ]


def rates_on_other_half(pairs: FingerPairs, fit: Fit) -> list[ObservedRate] | None:
    """Fit on every second finger and count on the others; None if a half is too small to fit."""
    fingers = np.unique(pairs.fingers)
    fitted, others = pairs.among(fingers[::2]), pairs.among(fingers[1::2])
    try:
        return observed_rates(others, fit(fitted))
    except ValueError:
        return None


def _intervals(pairs: FingerPairs, matches: Sequence[Flags]) -> list[tuple[float, float]]:
    """Return the 95 % interval of the rate of each kind of match; each bool (n,)."""
    number = int(pairs.fingers.max()) + 1
    one, other = pairs.fingers[pairs.first], pairs.fingers[pairs.second]

    def by_fingers(some: Flags) -> Any:
        ones = np.ones(int(some.sum()))
        return coo_array((ones, (one[some], other[some])), shape=(number, number)).tocsr()

    counted, all_pairs = [by_fingers(each) for each in matches], by_fingers(np.ones(len(one), bool))
    rng, rates = np.random.default_rng(0), np.empty((_RESAMPLES, len(matches)))
    for sample in rates:
        drawn = np.bincount(rng.integers(number, size=number), minlength=number)
        sample[:] = [drawn @ each @ drawn for each in counted]
        sample /= max(1.0, float(drawn @ all_pairs @ drawn))
    low, high = np.quantile(rates, [0.025, 0.975], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))
