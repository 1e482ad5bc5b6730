"""Into which inverted list does a local descriptor belong? A coarse quantizer of learned centroids.

A list holds the descriptors that are nearer to its centroid than to any other, after Sivic and
Zisserman, "Video Google", ICCV 2003. `matcher.training.quantizer` learns the centroids, once for
all galleries: lists grow, and are never divided anew.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.descriptor import (
    DESCRIPTOR_BITS,
    DESCRIPTOR_WORDS,
    Descriptors,
    popcount,
)
from matcher.jit import compiled

QUANTIZER_FILE = Path(__file__).with_name("quantizer.npy")
"""The centroids that come with this package."""
LISTED_MINUTIAE = 24
"""Best minutiae of a finger whose descriptors are listed and searched."""
PROBED_LISTS = 128
"""Lists of the nearest centroids in which the neighbours of a probe's descriptor are searched."""
MOST_PROBED_LISTS = 512
"""The same of a probe that has few descriptors."""
MOST_LISTS = 1 << 14
"""Most lists of a quantizer."""
_NAMES = {
    "9b2fb37f9385907296554ae4e711ec2f11ebd418edac5ec7bae2826cd6072ee1": "quantizer-1",
    "525969d1ec7d0b20df688101e12bc4d83da8b2c132789e6762e3adedd3dafce2": "quantizer-2",
}
"""Names of quantizers by the SHA-256 of their file; any other is named by its digest."""

ListNumbers = NDArray[np.uint16]
"""uint16 (m, k): for each descriptor the k lists of the nearest centroids, nearest first."""


@dataclass(frozen=True, slots=True, eq=False)
class DescriptorQuantizer:
    """Centroids of inverted lists.

    centroids: uint64 (4, lists), a column each. version: a name; lists of different versions do not
    belong together.
    """

    centroids: NDArray[np.uint64]
    version: str

    @classmethod
    def load(cls, path: Path = QUANTIZER_FILE) -> Self:
        """Read the centroids from an NPY file, uint64 (lists, 4). Raises OSError, ValueError."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        centroids = np.load(path, allow_pickle=False)
        if centroids.dtype != np.uint64 or centroids.shape[1:] != (DESCRIPTOR_WORDS,):
            raise ValueError(f"{path} holds no centroids of descriptors")
        if not 0 < len(centroids) <= MOST_LISTS:
            raise ValueError(f"{path} holds {len(centroids)} centroids, not 1 to {MOST_LISTS}")
        name = _NAMES.get(digest, f"quantizer-{digest[:8]}")
        return cls(np.ascontiguousarray(centroids.T), name)

    def nearest_lists(self, descriptors: Descriptors, count: int) -> ListNumbers:
        """Return the lists of the ``count`` nearest centroids of each descriptor (m, 4).

        Nearest first, of equals the lower number. Takes 0.12 ns for each centroid and descriptor if
        count is 1, else 0.7 ns; the GIL is released.
        """
        count = min(count, self.centroids.shape[1])
        return _nearest_lists(descriptors, self.centroids, count)


@compiled
def _nearest_lists(
    descriptors: Descriptors, centroids: NDArray[np.uint64], count: int
) -> ListNumbers:
    """Compute `DescriptorQuantizer.nearest_lists` for a count that is not above the centroids'."""
    nearest = np.empty((len(descriptors), count), np.uint16)
    if count == 1:
        for i in range(0, len(descriptors), 2):
            j = min(i + 1, len(descriptors) - 1)
            nearest[i, 0], nearest[j, 0] = _nearest_list(descriptors[i], descriptors[j], centroids)
        return nearest
    distance = np.empty(centroids.shape[1], np.uint16)
    for i in range(len(descriptors)):
        _distances(descriptors[i], centroids, distance)
        _smallest(distance, nearest[i])
    return nearest


@compiled
def _nearest_list(
    descriptor: NDArray[np.uint64], other: NDArray[np.uint64], centroids: NDArray[np.uint64]
) -> tuple[np.uint64, np.uint64]:
    """Return the list of the centroid nearest to each of two, of equals the lowest number.

    Distance and number are compared as one word, so that it is vectorised. Two at a time, since to
    read the centroids takes longer than to compare one.
    """
    a, b, c, d = descriptor
    other_a, other_b, other_c, other_d = other
    best = other_best = np.uint64(0xFFFFFFFF)
    for j in range(centroids.shape[1]):
        of_a, of_b, of_c, of_d = centroids[0, j], centroids[1, j], centroids[2, j], centroids[3, j]
        distance = np.uint64(
            popcount(of_a ^ a) + popcount(of_b ^ b) + popcount(of_c ^ c) + popcount(of_d ^ d)
        )
        best = min(best, distance << np.uint64(16) | np.uint64(j))
        distance = np.uint64(
            popcount(of_a ^ other_a)
            + popcount(of_b ^ other_b)
            + popcount(of_c ^ other_c)
            + popcount(of_d ^ other_d)
        )
        other_best = min(other_best, distance << np.uint64(16) | np.uint64(j))
    return best & np.uint64(0xFFFF), other_best & np.uint64(0xFFFF)


@compiled
def _distances(
    descriptor: NDArray[np.uint64], centroids: NDArray[np.uint64], distance: NDArray[np.uint16]
) -> None:
    """Write the Hamming distance to each centroid; word by word, so that it is vectorised."""
    first, second, third, fourth = descriptor
    for j in range(len(distance)):
        distance[j] = (
            popcount(centroids[0, j] ^ first)
            + popcount(centroids[1, j] ^ second)
            + popcount(centroids[2, j] ^ third)
            + popcount(centroids[3, j] ^ fourth)
        )


@compiled
def _smallest(distance: NDArray[np.uint16], nearest: NDArray[np.uint16]) -> None:
    """Write the numbers of the smallest distances by a counting sort."""
    place = np.zeros(DESCRIPTOR_BITS + 2, np.int64)
    for j in range(len(distance)):
        place[distance[j] + 1] += 1
    for k in range(DESCRIPTOR_BITS + 1):
        place[k + 1] += place[k]
    for j in range(len(distance)):
        if place[distance[j]] < len(nearest):
            nearest[place[distance[j]]] = j
            place[distance[j]] += 1
