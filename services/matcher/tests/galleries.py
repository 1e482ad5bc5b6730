"""Fingers of nobody for galleries: unlike each other, each like itself."""

import numpy as np
from matcher.comparison.comparator import PreparedFinger
from matcher.domain.biometrics import Embedding
from matcher.domain.shortlist import FingerFeatures


def a_finger(rng: np.random.Generator, minutiae: int = 12) -> FingerFeatures:
    """One that nobody has."""
    place = rng.integers(0, 256, (minutiae, 4)).astype(np.int16)
    bits = rng.integers(0, 2**64, (minutiae, 4), np.uint64)
    return FingerFeatures(
        _unit(rng), PreparedFinger(place, bits, np.arange(minutiae, dtype=np.uint8))
    )


def beside(finger: FingerFeatures, rng: np.random.Generator) -> FingerFeatures:
    """Nearly the same finger once more."""
    return FingerFeatures(
        (finger.embedding + 0.01 * _unit(rng)).astype(np.float16),
        PreparedFinger(
            finger.prepared.geometry + rng.integers(3),
            finger.prepared.descriptors,
            finger.prepared.minutia_index,
        ),
    )


def _unit(rng: np.random.Generator) -> Embedding:
    vector = rng.standard_normal(256)
    return (vector / np.linalg.norm(vector)).astype(np.float16)
