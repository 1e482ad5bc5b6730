"""Random features of fingers: dissimilar to each other, each similar to itself."""

import numpy as np
from matcher.comparison.comparator import PreparedFinger
from matcher.domain.finger import Embedding
from matcher.domain.index_entry import FingerFeatures


def random_finger(rng: np.random.Generator, minutiae: int = 12) -> FingerFeatures:
    """A finger unlike any other."""
    geometry = rng.integers(0, 256, (minutiae, 4)).astype(np.int16)
    descriptors = rng.integers(0, 2**64, (minutiae, 4), np.uint64)
    prepared = PreparedFinger(geometry, descriptors, np.arange(minutiae, dtype=np.uint8))
    return FingerFeatures(_unit(rng), prepared)


def similar_finger(finger: FingerFeatures, rng: np.random.Generator) -> FingerFeatures:
    """Another impression of nearly the same features."""
    prepared = finger.prepared
    moved = prepared.geometry + rng.integers(3)
    return FingerFeatures(
        (finger.embedding + 0.01 * _unit(rng)).astype(np.float16),
        PreparedFinger(moved, prepared.descriptors, prepared.minutia_index),
    )


def _unit(rng: np.random.Generator) -> Embedding:
    vector = rng.standard_normal(256)
    return (vector / np.linalg.norm(vector)).astype(np.float16)
