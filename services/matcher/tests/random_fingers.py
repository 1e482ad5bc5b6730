"""Random features of fingers: dissimilar to each other, each similar to itself."""

from dataclasses import replace

import numpy as np
from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.descriptor import Descriptors
from matcher.comparison.descriptor_quantizer import LISTED_MINUTIAE, ListNumbers
from matcher.domain.finger import Embedding
from matcher.domain.index_entry import FingerFeatures
from matcher.ridge_map import NO_MAP, PackedMap, RidgeMap, packed_map

_LISTS, _PROBED = 16, 4


def random_finger(
    rng: np.random.Generator, minutiae: int = 12, kinds: Descriptors | None = None
) -> FingerFeatures:
    """A finger unlike any other; of local descriptors near those of some kinds, if any are given.

    Each descriptor is listed by its bits, and searched in the next lists too.
    """
    geometry = rng.integers(0, 256, (minutiae, 4)).astype(np.int16)
    descriptors = random_descriptors(rng, minutiae)
    if kinds is not None:
        noise = descriptors & random_descriptors(rng, minutiae) & random_descriptors(rng, minutiae)
        descriptors = rng.choice(kinds, minutiae) ^ noise
    numbers = np.arange(minutiae, dtype=np.uint8)
    prepared = PreparedFinger(geometry, descriptors, numbers, _some_map(descriptors))
    return FingerFeatures(_unit(rng), prepared, _lists(descriptors))


def random_descriptors(rng: np.random.Generator, count: int) -> Descriptors:
    """Local descriptors unlike each other, uint64 (count, 4)."""
    return rng.integers(0, 2**64, (count, 4), np.uint64)


def similar_finger(finger: FingerFeatures, rng: np.random.Generator) -> FingerFeatures:
    """Another impression of nearly the same features."""
    prepared = finger.prepared
    moved = prepared.geometry + rng.integers(3)
    return FingerFeatures(
        (finger.embedding + 0.01 * _unit(rng)).astype(np.float16),
        replace(prepared, geometry=moved),
        finger.lists,
    )


def _some_map(descriptors: Descriptors) -> PackedMap:
    """A map of some cells for every second finger."""
    if not len(descriptors) or descriptors[0, 0] % 2:
        return NO_MAP
    codes = 1 + descriptors[0].view(np.uint8).reshape(4, 8) % 15
    return packed_map(RidgeMap(codes, top=3, left=2))


def _lists(descriptors: Descriptors) -> ListNumbers:
    own = (descriptors[:LISTED_MINUTIAE, 0] % _LISTS).astype(np.int64)
    return ((own[:, None] + np.arange(_PROBED)) % _LISTS).astype(np.uint16)


def _unit(rng: np.random.Generator) -> Embedding:
    vector = rng.standard_normal(256)
    return (vector / np.linalg.norm(vector)).astype(np.float16)
