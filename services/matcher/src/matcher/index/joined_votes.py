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
    votes that ``count`` persons have, by each finger, is not among the first by any ranking: the
    sum is less than what as many have by a single finger.
    """
    least = np.array([_least_of_so_many(*of_finger, count) for of_finger in voted])
    return _joined(voted, least * (1 - _ROUNDING) / max(1, len(voted)))


def _least_of_so_many(persons: NDArray[np.int64], votes: NDArray[np.float32], count: int) -> float:
    """Return votes that at least ``count`` persons have; -inf if so many are not soon found."""
    among = count
    while 0 < among <= len(votes):
        least = np.partition(votes, -among)[-among]
        if len(np.unique(persons[votes >= least])) >= count:
            return float(least)
        among *= 2  # since some have several impressions
    return -np.inf


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
