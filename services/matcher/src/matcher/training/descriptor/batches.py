"""Makes what the local descriptor is trained on: groups of fingers with mated minutiae."""

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
from matcher.training.impression_pairs import GROUP, PairConditions, mated_pairs

_PAIRS = PairConditions(capture_difficulty=(0.4, 1.8), partial=0.65, kept=(0.2, 0.8))

Indices = NDArray[np.int64]


class FingerGroup(NamedTuple):
    """Two impressions each of four fingers, all their n minutiae in one list.

    histogram: sparse float32 (n, GRID_CELLS), the neighbours of each minutia by cell.
    mated: int64 (n,), index of the same minutia in the finger's other impression, -1 if none.
    """

    histogram: csr_array
    mated: Indices


def finger_groups(seed: int, step: int, fingers: int) -> list[FingerGroup]:
    """Return the groups of a step; in every second one all fingers have the same ridge flow.

    fingers: a multiple of `GROUP`. The same arguments give the same groups.
    """
    pairs = mated_pairs(seed, step, fingers, _PAIRS)
    return [_group(pairs[start : start + GROUP]) for start in range(0, fingers, GROUP)]


def _group(pairs: Sequence[Sequence[Impression]]) -> FingerGroup:
    histograms, mated, start = [], [], 0
    for first, second in pairs:
        histograms += [_histogram(first), _histogram(second)]
        mated.append(_mated_indices(first.master_index, second.master_index, start))
        start += len(mated[-1])
    return FingerGroup(vstack(histograms, format="csr"), np.concatenate(mated))


def _histogram(impression: Impression) -> csr_array:
    found = impression.minutiae
    upwards = found.xy.astype(np.float32) * np.array([1, -1], np.float32)
    starts, cells, shares = neighbour_grids(upwards, found.angle, neighbour_weights(found.quality))
    return csr_array(
        (shares.astype(np.float32) / FULL_WEIGHT, cells, starts), (len(found), GRID_CELLS)
    )


def _mated_indices(first: NDArray[np.int32], second: NDArray[np.int32], start: int) -> Indices:
    """Return `FingerGroup.mated` of two impressions of one finger, counted from `start`.

    first, second: `master_index` of each.
    """
    mated = np.full(len(first) + len(second), -1, np.int64)
    _, i, j = np.intersect1d(first, second, return_indices=True)
    true = first[i] >= 0
    i, j = i[true], len(first) + j[true]
    mated[i], mated[j] = start + j, start + i
    return mated
