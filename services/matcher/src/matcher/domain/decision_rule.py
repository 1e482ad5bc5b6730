"""Rules that turn scores into a decision, and similarities into candidates."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.domain.decision import Outcome

SAME_FINGER = 6.0
"""Finger score from which on two fingers said to be different are taken to be one.

Ten fingers make 45 pairs, so one enrolment in 20,000 is asked for a finger again without need.
"""


def best_of(scores: Sequence[float]) -> float:
    """-log10 FMR of the best of several comparisons with impressions of one finger.

    An impostor has as many chances as there are impressions (Bonferroni's bound), so that the
    score of a person with many encounters means what any other score means.
    """
    return max(0.0, max(scores) - math.log10(len(scores)))


def outcome(*, any_hit: bool, predicted_fnir: float, most: float, misplaced: bool) -> Outcome:
    """Judge a search: a hit is a hit, but a probe whose mate would be missed more often than
    `most` cannot say no, nor one whose finger is of the person, only not the one it was said to be.
    """
    if any_hit:
        return Outcome.HIT
    return Outcome.UNDECIDED if misplaced or predicted_fnir > most else Outcome.NO_HIT


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
