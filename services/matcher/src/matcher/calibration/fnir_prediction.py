"""How likely is it that a search misses the mated reference of a probe?

The predicted false negative identification rate (FNIR, ISO/IEC 19795-1) follows from how mated
comparisons score, given how much the probe's fingers show: the threshold rises with the number of
persons searched, and with it the share of mated comparisons that stay below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger

SCORE_STEP = 0.25
"""Width of the bins in which the finger scores of mated comparisons are counted."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MatedScoreDistribution:
    """Distribution of finger scores in mated comparisons, counted on synthetic fingers.

    information: float64 (w,), rising: `quality_weighted_minutiae` of the probe's finger.
    below: float64 (c, w, s), share of mated comparisons that score less than SCORE_STEP,
        2 SCORE_STEP, ..., rising, the last 1. c: conditions under which the reference was captured;
        all are equally likely, and the same for all fingers of a person.
    """

    information: Floats
    below: Floats

    def share_below(self, information: Sequence[float], score_sum: float) -> float:
        """Return the share of mated references whose finger scores sum to less than `score_sum`.

        information: `quality_weighted_minutiae` of each finger of the probe, at least one.
        """
        shares = [self._share_below(each, information, score_sum) for each in self.below]
        return min(1.0, float(np.mean(shares)))

    def _share_below(self, below: Floats, information: Sequence[float], score_sum: float) -> float:
        density = np.ones(1)
        for finger in information:
            density = np.convolve(density, np.diff(self._interpolated(below, finger), prepend=0.0))
        # Each of k scores lies somewhere in its bin, so their sum lies half of k bins higher.
        ends = SCORE_STEP * (np.arange(len(density)) + (len(information) + 1) / 2)
        return float(np.interp(score_sum, [0.0, *ends], [0.0, *np.cumsum(density)]))

    def _interpolated(self, below: Floats, information: float) -> Floats:
        at = float(np.interp(information, self.information, np.arange(len(self.information))))
        first = min(int(at), len(self.information) - 2)
        share = at - first
        return np.asarray((1 - share) * below[first] + share * below[first + 1])


def quality_weighted_minutiae(finger: PreparedFinger) -> float:
    """Return the number of minutiae of a finger, each weighted by its quality from 0 to 1.

    It measures how much information a probe's finger offers to a comparison.
    """
    return float(finger.geometry[:, 3].sum()) / 100
