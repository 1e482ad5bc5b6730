"""Who has most votes, by any finger of a probe or by all together?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

VotesByFinger = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Persons, one for each of their impressions, and the votes for these."""
_ROUNDING = 1e-3
"""Share by which a bound is lowered, so that rounding leaves nobody out."""


def with_most_votes(
    voted: Sequence[VotesByFinger], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return at least the ``count`` persons with most votes by each finger and by the sum.

    Of equals all, rising, with their votes, float32 (persons, fingers), NaN for none. voted: of
    each finger. Nearly all have a vote or two. Of n fingers, whoever has less than an n-th of the
    votes of the last of the first ``count``, by each finger, is not among the first by any ranking:
    the sum is less than what as many have by a single finger.
    """
    least = np.array([_count_th(votes, count) for _, votes in voted])
    found, joined = _joined(voted, least * (1 - _ROUNDING) / max(1, len(voted)))
    are_enough = np.count_nonzero(joined >= least, axis=0) >= count
    if not (are_enough | np.isinf(least)).all():
        # Some have several impressions, so that the bounds are of fewer persons.
        found, joined = _joined(voted, np.full_like(least, -np.inf))
    return found, joined


def _count_th(votes: NDArray[np.float32], count: int) -> float:
    """Return the ``count``-th of the votes, the greatest first; -inf if there are not so many."""
    if not 0 < count <= len(votes):
        return -np.inf
    return float(np.partition(votes, -count)[-count])


def _joined(
    voted: Sequence[VotesByFinger], least: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the persons that have so many votes by any finger, and the votes by all of them."""
    enough = [
        persons[votes >= of_finger]
        for (persons, votes), of_finger in zip(voted, least.tolist(), strict=True)
    ]
    found = np.unique(np.concatenate([np.empty(0, np.int64), *enough]))
    joined = np.full((len(found), len(voted)), -np.inf, np.float32)
    for column, (persons, votes) in enumerate(voted):
        places = np.searchsorted(found, persons)
        is_found = places < len(found)
        is_found[is_found] = found[places[is_found]] == persons[is_found]
        np.maximum.at(joined[:, column], places[is_found], votes[is_found])
    joined[np.isinf(joined)] = np.nan
    return found, joined
