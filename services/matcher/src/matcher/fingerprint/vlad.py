"""From neighbourhoods of minutiae to one vector a finger: VLAD between two learned projections.

Jegou et al., "Aggregating local image descriptors into compact codes", TPAMI 34(9), 2012, with
soft assignment; signed square roots after Perronnin et al., ECCV 2010.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.fingerprint.minutiae import Minutiae
from matcher.fingerprint.neighbourhood import expand

MOST = 80
"""Best minutiae looked at."""
_SHARPNESS = 15.0
"""How exclusively a minutia belongs to its nearest codeword."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Weights; shapes with d numbers a minutia and k codewords.

    middle (680,), local (680, d): projection of a minutia's description.
    words (k, d): codebook.
    centre (k d,), projection (k d, 256): projection of the aggregate.
    """

    middle: Floats
    local: Floats
    words: Floats
    centre: Floats
    projection: Floats

    def describe(self, expansion: Floats) -> Floats:
        """Bring expansions (n, 680) down to unit vectors (n, d)."""
        return _unit((np.arcsinh(expansion) - self.middle) @ self.local)

    def aggregate(self, described: Floats, weight: Floats) -> Floats:
        """Sum up minutiae (n, d), weighted (n,), by codeword: unit vector (k d,)."""
        near = 2 * described @ self.words.T - np.square(self.words).sum(1)
        share = np.exp(_SHARPNESS * (near - near.max(1, keepdims=True)))
        share *= (weight / share.sum(1))[:, None]
        sums: Floats = (share.T @ described - share.sum(0)[:, None] * self.words).ravel()
        return _unit(np.sign(sums) * np.sqrt(np.abs(sums)))

    def project(self, aggregates: Floats) -> Floats:
        """Bring aggregates (..., k d) down to unit vectors (..., 256)."""
        return _unit((aggregates - self.centre) @ self.projection)


def expansion(found: Minutiae) -> tuple[Floats, Floats]:
    """Return what the model is fed with: expansions (n, 680) and weights (n,) of the best 80.

    A minutia weighs as much as its quality, half where none is reported.
    """
    best = found.best(MOST)
    weight = (np.where(best.quality == 0, 50, best.quality) / 100).astype(np.float32)
    upwards = best.xy.astype(np.float32) * np.array([1, -1], np.float32)
    return expand(upwards, best.angle, weight), weight


def _unit(vectors: NDArray[np.floating]) -> Floats:
    length = np.sqrt(np.square(vectors).sum(axis=-1, keepdims=True))
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)
