"""Do the heights of fingertips on a slap speak for the stated hand, or for the other one?

The little finger is the shortest: on the right hand the tips fall to the right, on the left hand
to the left. How far below the middle finger's tip the others lie is assumed after everyday anatomy,
with wide deviations; no images were used to fit it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_MM = 500 / 25.4
_BELOW_MIDDLE_TIP = {2: 10.0, 3: 0.0, 4: 8.0, 5: 28.0}
"""Millimetres, by the position of the right finger; the left hand is its mirror image."""
_DEVIATION = 5.0
"""Standard deviation of the height of a tip, mm: of anatomy, and of how fingers are laid down."""
_SLANT = 0.08
"""Standard deviation of the error of the hand's direction, radians."""
_ANY_HEIGHT = 1_000.0


def evidence_for_hand(tips: NDArray[np.float64], positions: Sequence[int]) -> float:
    """Return the logarithm of the likelihood ratio of the stated hand and the other one.

    tips: float64 (n, 2), x and y (down) of the tips from left to right, pixels at 500 dpi, turned
        so that the hand points upwards.
    positions: their finger positions, of one hand, if the hand is the stated one.
    """
    across, down = (tips / _MM).T
    across = across - across.mean()
    covariance = (
        _DEVIATION**2 * np.eye(len(tips)) + _ANY_HEIGHT**2 + _SLANT**2 * np.outer(across, across)
    )
    stated = np.array([_BELOW_MIDDLE_TIP[(position - 1) % 5 + 1] for position in positions])
    return _log_likelihood(down - stated, covariance) - _log_likelihood(
        down - stated[::-1], covariance
    )


def _log_likelihood(residual: NDArray[np.float64], covariance: NDArray[np.float64]) -> float:
    """Return it up to a constant that depends on the covariance alone."""
    return float(-0.5 * residual @ np.linalg.solve(covariance, residual))
