"""How far local pairs agree with one rigid movement: relaxation of LSA-R.

Cappelli, Ferrara, Maltoni, TPAMI 32(12), 2010, sections 4.2.2 and 4.3, with its parameters.
"""

import math

import numpy as np
from numpy.typing import NDArray

from matcher.fingerprint.jit import compiled

_ROUNDS = 5
_KEEP = 0.5
_DISTANCE = (5.0, -8 / 5)  # pixels: middle and steepness of the logistic, as the next two
_DIRECTION = (math.pi / 12, -30.0)
_RADIAL = (math.pi / 12, -30.0)


@compiled
def relax(
    a: NDArray[np.float32], b: NDArray[np.float32], alike: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Let pairs support each other: those compatible with the others keep their similarity.

    a, b: float32 (p, 3), x, y (pixels, y upwards) and angle (radians) of each pair's minutiae.
    alike: float64 (p,), their similarity. Returns float64 (p,).
    """
    count = len(alike)
    support = np.empty((count, count))
    for i in range(count):
        support[i, i] = 0
        for j in range(count):
            if i != j:
                support[i, j] = _compatible(a[i], a[j], b[i], b[j])
    for _ in range(_ROUNDS):
        alike = _KEEP * alike + (1 - _KEEP) * (support @ alike) / max(1, count - 1)
    return alike


@compiled
def _compatible(
    a: NDArray[np.float32],
    other_a: NDArray[np.float32],
    b: NDArray[np.float32],
    other_b: NDArray[np.float32],
) -> float:
    ax, ay = other_a[0] - a[0], other_a[1] - a[1]
    bx, by = other_b[0] - b[0], other_b[1] - b[1]
    distance = abs(math.sqrt(ax * ax + ay * ay) - math.sqrt(bx * bx + by * by))
    direction = _turn((a[2] - other_a[2]) - (b[2] - other_b[2]))
    radial = _turn((a[2] - math.atan2(ay, ax)) - (b[2] - math.atan2(by, bx)))
    return (
        _logistic(distance, _DISTANCE)
        * _logistic(direction, _DIRECTION)
        * _logistic(radial, _RADIAL)
    )


@compiled
def _logistic(value: float, shape: tuple[float, float]) -> float:
    return 1 / (1 + math.exp(-shape[1] * (value - shape[0])))


@compiled
def _turn(angle: float) -> float:
    """Return the size of a turn, radians, [0, pi]."""
    return abs((angle + math.pi) % (2 * math.pi) - math.pi)
