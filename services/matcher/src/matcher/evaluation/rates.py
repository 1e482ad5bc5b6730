"""Error rates from scores of mates (genuine) and of strangers (impostor).

A comparison is accepted at a score of the threshold or above. FMR: share of strangers accepted;
FNMR: share of mates not accepted (ISO/IEC 19795-1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson  # type: ignore[import-untyped, unused-ignore]

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EqualError:
    """Where both rates are nearest to each other; rate: their mean. missed, taken: counts."""

    rate: float
    threshold: float
    missed: int
    taken: int


@dataclass(frozen=True, slots=True, eq=False)
class Tradeoff:
    """The detection error trade-off: both rates at each threshold, rising, float64 (t,)."""

    threshold: Scores
    fmr: Scores
    fnmr: Scores


@dataclass(frozen=True, slots=True)
class Promise:
    """Strangers at or above the score that promises an FMR.

    low, high: the count lies within these in 95 of 100 cases if the promise holds (Poisson).
    """

    fmr: float
    of: int
    count: int
    low: int
    high: int
    missed: int


def tradeoff(genuine: Scores, impostor: Scores) -> Tradeoff:
    """Return both rates at every score there is, and at infinity, which accepts nobody."""
    genuine, impostor = np.sort(genuine), np.sort(impostor)
    threshold = np.append(np.unique(np.concatenate([genuine, impostor])), np.inf)
    missed = np.searchsorted(genuine, threshold)
    taken = len(impostor) - np.searchsorted(impostor, threshold)
    return Tradeoff(threshold, taken / len(impostor), missed / len(genuine))


def equal_error(genuine: Scores, impostor: Scores) -> EqualError | None:
    """Return the equal error rate: the mean of FMR and FNMR at the threshold where they are
    nearest, the lower mean where two are equally near; None without mates or without strangers.
    """
    if not genuine.size or not impostor.size:
        return None
    both = tradeoff(genuine, impostor)
    nearest = np.lexsort([both.fmr + both.fnmr, np.abs(both.fmr - both.fnmr)])[0]
    fmr, fnmr = both.fmr[nearest], both.fnmr[nearest]
    return EqualError(
        rate=float(fmr + fnmr) / 2,
        threshold=float(both.threshold[nearest]),
        missed=round(fnmr * len(genuine)),
        taken=round(fmr * len(impostor)),
    )


def highest_refused(impostor: Scores, one_in: int | None) -> float:
    """Return the score that mates must exceed so that at most one in so many strangers does.

    one_in: two or more, None for not one stranger.
    """
    allowed = impostor.size // one_in if one_in else 0
    return float(np.partition(impostor, -1 - allowed)[-1 - allowed])


def missed(genuine: Scores, impostor: Scores, one_in: int | None) -> int | None:
    """Return how many mates are refused at the lowest threshold that keeps the FMR asked for;
    None without strangers.
    """
    if not impostor.size:
        return None
    return int((genuine <= highest_refused(impostor, one_in)).sum())


def promise(genuine: Scores, impostor: Scores, decades: int) -> Promise:
    """Hold scores, which are said to be -log10 FMR, against what is observed at 10^-decades."""
    fmr = 10.0**-decades
    low, high = poisson.interval(0.95, impostor.size * fmr)
    return Promise(
        fmr=fmr,
        of=impostor.size,
        count=int((impostor >= decades).sum()),
        low=int(low),
        high=int(high),
        missed=int((genuine < decades).sum()),
    )
