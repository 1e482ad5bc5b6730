"""How unusual is what a print shows, for an unaltered print as clear and as large?

A dry or smudged print has jumps, gaps and poor minutiae without being altered; a clear one has not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.alteration.signs import CLARITIES, SIGNS

_TYPICAL, _TYPICAL_SPREAD = np.array([0.6, 0.45, 12.0]), np.array([0.15, 0.2, 2.5])
"""Of the numbers of a print's clarity and size; they only scale the terms."""
TERMS, SPREAD_TERMS = 7, 4
"""Terms of clarity and size that the usual value of a sign, and its spread, depend on."""
_LIMITS = -2.0, 20.0
"""Deviations beyond which no more is said."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class UsualSigns:
    """What unaltered fingers show.

    value: float64 (TERMS, SIGNS). spread: float64 (SPREAD_TERMS, SIGNS). least_spread: float64
    (SIGNS,).
    """

    value: Floats
    spread: Floats
    least_spread: Floats

    def deviations(self, features: Floats) -> Floats:
        """Return by how many spreads each sign exceeds what is usual, float64 (n, SIGNS).

        features: float64 (n, FEATURES), as `Signs.features`.
        """
        terms = clarity_terms(features)
        spread = np.maximum(terms[:, :SPREAD_TERMS] @ self.spread, self.least_spread)
        deviation = (features[:, :SIGNS] - terms @ self.value) / spread
        return np.clip(deviation, *_LIMITS)


def clarity_terms(features: Floats) -> Floats:
    """Return the terms of clarity and size, float64 (n, TERMS)."""
    clarity = (features[:, SIGNS : SIGNS + CLARITIES] - _TYPICAL) / _TYPICAL_SPREAD
    mean, poorest, _ = clarity.T
    return np.column_stack([np.ones(len(clarity)), clarity, mean**2, mean * poorest, poorest**2])
