"""Makes batches of described impressions and pads them to a few shapes.

Each shape costs a compilation of the network.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.embedding.neighbourhood_features import (
    MAX_EMBEDDED_MINUTIAE,
    network_inputs,
    rows_by_finger,
)
from matcher.minutiae import MinutiaeBatch
from matcher.training.impression_pairs import PairConditions, mated_pairs

_ROWS_MULTIPLE = 2048
_PAIRS = PairConditions(capture_difficulty=(0.4, 1.5), partial=0.4, kept=(0.25, 0.9))


class Batch(NamedTuple):
    """Impressions in one flat list of minutiae: one of each finger, then another of each.

    numbers: float32 (m, 680), descriptions; weight: float32 (m,); counts: int64 (2 fingers,),
        minutiae of each impression.
    identity: int64 (m,), the same number for the same minutia of a finger, -1 for false ones.
    """

    numbers: NDArray[np.float32]
    weight: NDArray[np.float32]
    counts: NDArray[np.int64]
    identity: NDArray[np.int64]


class PaddedBatch(NamedTuple):
    """Input of the network: see `network.embed`. Rows after the minutiae are zero."""

    numbers: NDArray[np.float32]
    weight: NDArray[np.float32]
    place: NDArray[np.int64]


def make_batch(seed: int, step: int, fingers: int) -> Batch:
    """Return the batch of a step (0 or more): two impressions of each finger.

    fingers: a multiple of 8. The same arguments give the same batch.
    """
    pairs = mated_pairs(seed, step, fingers, _PAIRS)
    impressions = [pair[which] for which in (0, 1) for pair in pairs]
    minutiae = MinutiaeBatch.of([each.minutiae for each in impressions])
    numbers, weight, counts = network_inputs(minutiae)
    finger = np.repeat(np.tile(np.arange(fingers), 2), counts)
    index = np.concatenate([each.master_index for each in impressions]).astype(np.int64)
    identity = np.where(index < 0, -1, finger * 1000 + index)
    return Batch(numbers, weight, counts, identity)


def pad(batch: Batch) -> PaddedBatch:
    """Pad the list of minutiae with zeros, and index the minutiae of each impression in it."""
    rows = -(-len(batch.weight) // _ROWS_MULTIPLE) * _ROWS_MULTIPLE
    missing = rows - len(batch.weight)
    return PaddedBatch(
        np.pad(batch.numbers, ((0, missing), (0, 0))),
        np.pad(batch.weight, (0, missing)),
        rows_by_finger(batch.counts, MAX_EMBEDDED_MINUTIAE),
    )
