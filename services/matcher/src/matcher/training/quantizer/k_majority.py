"""Learns centroids of descriptors: k-means with Hamming distance, each bit by majority.

After Grana et al., "A fast approach for integrating ORB descriptors in the bag of words model",
SPIE 8667, 2013. All sums are of integers, so the same descriptors and seed give the same centroids
on every machine.
"""

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.descriptor import DESCRIPTOR_BITS, Descriptors
from matcher.comparison.descriptor_quantizer import DescriptorQuantizer

ROUNDS = 8
"""After these hardly any descriptor changes its list."""
_CHUNK = 1 << 16

Lists = NDArray[np.int64]
Counts = NDArray[np.int64]


def learn_centroids(
    descriptors: Descriptors, lists: int, seed: int, rounds: int = ROUNDS
) -> Descriptors:
    """Return centroids, uint64 (lists, 4). descriptors: uint64 (n, 4), more than lists."""
    rng = np.random.default_rng(seed)
    centroids = descriptors[rng.permutation(len(descriptors))[:lists]]
    for number in range(rounds):
        quantizer = DescriptorQuantizer(np.ascontiguousarray(centroids.T), "")
        nearest = quantizer.nearest_lists(descriptors, 1)
        counts, centroids = _majorities(descriptors, nearest[:, 0].astype(np.int64), lists)
        empty = np.flatnonzero(counts == 0)
        centroids[empty] = descriptors[rng.permutation(len(descriptors))[: len(empty)]]
        print(f"round {number + 1} of {rounds}: longest list {counts.max()}", flush=True)
    return centroids


def _majorities(descriptors: Descriptors, nearest: Lists, lists: int) -> tuple[Counts, Descriptors]:
    """Return how many descriptors each list has, int64 (lists,), and the majority of their bits."""
    counts = np.bincount(nearest, minlength=lists)
    ones = np.zeros((lists, DESCRIPTOR_BITS), np.int64)
    order = np.argsort(nearest, kind="stable")
    for start in range(0, len(order), _CHUNK):
        rows = order[start : start + _CHUNK]
        bits = np.unpackbits(descriptors[rows].view(np.uint8), axis=1)
        first = np.flatnonzero(np.diff(nearest[rows], prepend=-1))
        ones[nearest[rows[first]]] += np.add.reduceat(bits, first, axis=0, dtype=np.int64)
    majority = 2 * ones > counts[:, None]
    return counts, np.packbits(majority, axis=1).view(np.uint64)
