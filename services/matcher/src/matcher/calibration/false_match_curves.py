"""How often a comparison of different fingers reaches a raw score: the false match rate (FMR).

The score of a finger is -log10 FMR: a score of 4 means that of 10,000 non-mated comparisons of
this size one reaches the raw score. The size of a comparison is the geometric mean of the numbers
of minutiae of both fingers; given it and the raw score, quality adds no information
(docs/model-card-calibration.md). The curves are counted on synthetic fingers by
`matcher.training.calibration`. Beyond the counted part each continues as an exponential tail, the
generalised Pareto distribution of shape 0 (Coles, "An Introduction to Statistical Modeling of
Extreme Values", 2001, chapter 4). The shape that was found is below 0, so the tail overstates the
FMR.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FalseMatchCurve:
    """Distribution of the raw scores of non-mated comparisons of about one size.

    size: geometric mean of the numbers of minutiae of both fingers.
    raw, score: float64 (p,), rising, from the lowest raw score and score 0: the counted part, where
        score = -log10 of the share of non-mated comparisons above `raw`.
    raw_per_decade: increase of the raw score that, beyond the counted part, divides the FMR by 10.
    """

    size: float
    raw: Floats
    score: Floats
    raw_per_decade: float

    def __call__(self, raw: Floats) -> Floats:
        """Return -log10 FMR, 0 or more, rising with `raw`; any shape."""
        beyond = np.maximum(raw - self.raw[-1], 0) / self.raw_per_decade
        return np.asarray(np.interp(raw, self.raw, self.score) + beyond)


def interpolated_score(curves: Sequence[FalseMatchCurve], raw: Floats, size: Floats) -> Floats:
    """Return -log10 FMR of raw scores, interpolated between curves by the logarithm of the size.

    curves: by rising size. raw, size: float64 of one shape, which is also that of the result.
    """
    sizes = np.log([curve.size for curve in curves])
    numbers = np.arange(len(sizes))
    between = np.interp(np.log(np.maximum(size, 1)), sizes, numbers)
    shares = np.maximum(0, 1 - np.abs(between - numbers.reshape(-1, *[1] * raw.ndim)))
    has_share = shares.reshape(len(numbers), -1).any(axis=1)
    of_curves = (
        share * curve(raw)
        for curve, share, has in zip(curves, shares, has_share, strict=True)
        if has
    )
    return np.asarray(sum(of_curves, start=np.zeros_like(raw)))
