"""Error rates of scores of mated and of non-mated comparisons (ISO/IEC 19795-1).

A comparison is a match if its score is at or above the threshold. False match rate (FMR): share of
non-mated comparisons that match; false non-match rate (FNMR): share of mated that do not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EqualErrorRate:
    """Mean of FMR and FNMR at the threshold where they are nearest, with the counts there."""

    rate: float
    threshold: float
    false_non_matches: int
    false_matches: int


@dataclass(frozen=True, slots=True, eq=False)
class DetCurve:
    """Detection error trade-off: both rates at each threshold, rising; float64 (t,) each."""

    threshold: Scores
    fmr: Scores
    fnmr: Scores


@dataclass(frozen=True, slots=True)
class NominalFmrCheck:
    """Errors counted at the score whose nominal FMR is `fmr`.

    non_mated: comparisons in all; false_matches: those at or above the score.
    low, high: in 95 of 100 cases the count is within these if the nominal FMR is right (Poisson).
    false_non_matches: mated comparisons below the score.
    """

    fmr: float
    non_mated: int
    false_matches: int
    low: int
    high: int
    false_non_matches: int


def det_curve(mated: Scores, non_mated: Scores) -> DetCurve:
    """Return both rates at every score that occurs, and at infinity, where nothing matches."""
    mated, non_mated = np.sort(mated), np.sort(non_mated)
    threshold = np.append(np.unique(np.concatenate([mated, non_mated])), np.inf)
    false_non_matches = np.searchsorted(mated, threshold)
    false_matches = len(non_mated) - np.searchsorted(non_mated, threshold)
    return DetCurve(threshold, false_matches / len(non_mated), false_non_matches / len(mated))


def equal_error_rate(mated: Scores, non_mated: Scores) -> EqualErrorRate | None:
    """Return the mean of FMR and FNMR at the threshold where they are nearest.

    The lower mean where two thresholds are equally near; None if either kind of score is missing.
    """
    if not mated.size or not non_mated.size:
        return None
    curve = det_curve(mated, non_mated)
    nearest = np.lexsort([curve.fmr + curve.fnmr, np.abs(curve.fmr - curve.fnmr)])[0]
    fmr, fnmr = curve.fmr[nearest], curve.fnmr[nearest]
    return EqualErrorRate(
        rate=float(fmr + fnmr) / 2,
        threshold=float(curve.threshold[nearest]),
        false_non_matches=round(fnmr * len(mated)),
        false_matches=round(fmr * len(non_mated)),
    )


def threshold_at_fmr(non_mated: Scores, one_in: int | None) -> float:
    """Return the highest score that does not match if FMR is to be at most 1 / `one_in`.

    Mated comparisons must exceed it. one_in: two or more, None for an FMR of 0.
    """
    allowed = non_mated.size // one_in if one_in else 0
    return float(np.partition(non_mated, -1 - allowed)[-1 - allowed])


def false_non_matches_at_fmr(mated: Scores, non_mated: Scores, one_in: int | None) -> int | None:
    """Return the false non-matches at the lowest threshold of FMR at most 1 / `one_in`.

    one_in: two or more, None for an FMR of 0. Returns None without non-mated scores.
    """
    if not non_mated.size:
        return None
    return int((mated <= threshold_at_fmr(non_mated, one_in)).sum())


def check_nominal_fmr(mated: Scores, non_mated: Scores, decades: int) -> NominalFmrCheck:
    """Count scores, which are calibrated as -log10 FMR, at a nominal FMR of 10^-decades."""
    # Imported here, because a service, which measures nothing, would start half a second later.
    from scipy.stats import poisson  # type: ignore[import-untyped, unused-ignore]

    fmr = 10.0**-decades
    low, high = poisson.interval(0.95, non_mated.size * fmr)
    return NominalFmrCheck(
        fmr=fmr,
        non_mated=non_mated.size,
        false_matches=int((non_mated >= decades).sum()),
        low=int(low),
        high=int(high),
        false_non_matches=int((mated < decades).sum()),
    )
