"""Batches in few shapes: each shape costs a compilation of the network."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.embedding.neighbourhood_features import MAX_EMBEDDED_MINUTIAE, rows_by_finger
from matcher.training.touches import Batch

_UNIT = 2048


class Packed(NamedTuple):
    """What the network takes: see `network.embed`. Rows beyond the minutiae are zero."""

    numbers: NDArray[np.float32]
    weight: NDArray[np.float32]
    place: NDArray[np.int64]


def pack(batch: Batch) -> Packed:
    """Fill up the list of minutiae, and say where each touch's are."""
    rows = -(-len(batch.weight) // _UNIT) * _UNIT
    more = rows - len(batch.weight)
    return Packed(
        np.pad(batch.numbers, ((0, more), (0, 0))),
        np.pad(batch.weight, (0, more)),
        rows_by_finger(batch.counts, MAX_EMBEDDED_MINUTIAE),
    )
