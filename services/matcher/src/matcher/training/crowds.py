"""What the local descriptor is trained on: touches of few fingers, and which minutiae are alike."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack  # type: ignore[import-untyped, unused-ignore]

from matcher.comparison.descriptor import (
    FULL_WEIGHT,
    GRID_CELLS,
    neighbour_grids,
    neighbour_weights,
)
from matcher.synthetic import Impression
from matcher.training.touches import CROWD, pairs

Indices = NDArray[np.int64]


class Crowd(NamedTuple):
    """Two touches each of four fingers, all their n minutiae in one list.

    where: sparse float32 (n, GRID_CELLS), the neighbours of each.
    mate: int64 (n,), which one is the same minutia in the finger's other touch, -1 if none.
    """

    where: csr_array
    mate: Indices


def crowds(seed: int, step: int, fingers: int) -> list[Crowd]:
    """Return the crowds of this step; in every other one all share one flow of ridges."""
    touches = pairs(seed, step, fingers)
    return [_crowd(touches[start : start + CROWD]) for start in range(0, fingers, CROWD)]


def _crowd(fingers: Sequence[Sequence[Impression]]) -> Crowd:
    where, mate, start = [], [], 0
    for first, second in fingers:
        where += [_where(first), _where(second)]
        mate.append(_mates(first.origin, second.origin, start))
        start += len(mate[-1])
    return Crowd(vstack(where, format="csr"), np.concatenate(mate))


def _where(touch: Impression) -> csr_array:
    found = touch.minutiae
    upwards = found.xy.astype(np.float32) * np.array([1, -1], np.float32)
    starts, cells, shares = neighbour_grids(upwards, found.angle, neighbour_weights(found.quality))
    return csr_array(
        (shares.astype(np.float32) / FULL_WEIGHT, cells, starts), (len(found), GRID_CELLS)
    )


def _mates(first: NDArray[np.int32], second: NDArray[np.int32], start: int) -> Indices:
    """Number two touches of a finger from `start` and say which minutiae are the same."""
    mate = np.full(len(first) + len(second), -1, np.int64)
    _, i, j = np.intersect1d(first, second, return_indices=True)
    true = first[i] >= 0
    i, j = i[true], len(first) + j[true]
    mate[i], mate[j] = start + j, start + i
    return mate
