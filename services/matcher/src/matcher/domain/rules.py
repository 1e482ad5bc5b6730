"""Rules that turn scores into a decision, and similarities into candidates."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.domain.decision import Outcome
from matcher.fingerprint.minutiae import Minutiae

GOOD_QUALITY = 40
"""Quality from which on a minutia counts as good; those without reported quality count too."""


def best_of(scores: Sequence[float]) -> float:
    """-log10 FMR of the best of several comparisons with impressions of one finger.

    An impostor has as many chances as there are impressions (Bonferroni's bound), so that the
    score of a person with many encounters means what any other score means.
    """
    return max(0.0, max(scores) - math.log10(len(scores)))


def good_minutiae(fingers: Iterable[Minutiae]) -> int:
    """How many minutiae can be relied on, over all fingers."""
    return sum(
        int(np.count_nonzero((found.quality >= GOOD_QUALITY) | (found.quality == 0)))
        for found in fingers
    )


def outcome(*, any_hit: bool, good: int, enough: int) -> Outcome:
    """Judge a search: a hit is a hit, but fingers too poor to show one cannot say no."""
    if any_hit:
        return Outcome.HIT
    return Outcome.NO_HIT if good >= enough else Outcome.UNDECIDED


def shortlist(similarity: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Choose the persons for the next step: the best of each finger and of all together.

    similarity: float32 (persons, fingers), or promise, NaN where a person lacks the finger.
    Returns at most ``count`` indices of persons, of equals the first. The lists (one a finger, one
    of the sums) are read in step, so that one clear finger is enough even if the others fail.
    """
    persons = len(similarity)
    lists = np.column_stack([similarity, np.nansum(similarity, axis=1)])
    lists = np.where(np.isnan(lists), -np.inf, lists)
    order = np.argsort(-lists, axis=0, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(persons)[:, None], axis=0)
    return np.lexsort((-lists[:, -1], place.min(axis=1)))[:count]
