"""Which fingers have many descriptors near those of a probe: the votes for each finger.

Each minutia of the probe votes once for a finger, by the nearest of the finger's descriptors that
were found near its own. What was found comes as hits: a minutia of the probe, the row of a finger,
and the Hamming distance of two descriptors.
"""

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.descriptor import DESCRIPTOR_BITS
from matcher.jit import compiled

Rows = NDArray[np.int64]
Votes = NDArray[np.float32]


def descriptor_votes(
    counts: NDArray[np.int64], rows: Rows, distances: NDArray[np.float32]
) -> tuple[Rows, Votes]:
    """Return the rows that were hit, rising, and the sum of votes for each, float32 (n,).

    counts: int64 (m,), hits of each minutia of the probe, which lie end to end. rows, distances:
    of the hits. A vote is the square of the descriptors' similarity: 1 where they are equal, 0
    where half of their bits differ. The order of a minutia's hits is of no matter.
    """
    minutia = np.repeat(np.arange(len(counts)), counts)
    key = rows * len(counts) + minutia
    order = np.argsort(key)
    return _sums_of_votes(key[order], distances[order], len(counts))


@compiled
def _sums_of_votes(
    key: NDArray[np.int64], distances: NDArray[np.float32], minutiae: int
) -> tuple[Rows, Votes]:
    """Compute `descriptor_votes` of hits sorted by key: row times minutiae, plus minutia."""
    rows, votes = np.empty(len(key), np.int64), np.empty(len(key), np.float32)
    count, hit = 0, 0
    while hit < len(key):
        row, total = key[hit] // minutiae, np.float32(0)
        while hit < len(key) and key[hit] // minutiae == row:
            here, nearest = key[hit], distances[hit]
            while hit < len(key) and key[hit] == here:
                nearest = min(nearest, distances[hit])
                hit += 1
            similarity = max(
                np.float32(0), np.float32(1) - nearest / np.float32(DESCRIPTOR_BITS // 2)
            )
            total += similarity * similarity
        rows[count], votes[count] = row, total
        count += 1
    return rows[:count], votes[:count]
