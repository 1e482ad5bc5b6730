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
_NOTHING = 1e-18


@compiled
def relax(
    a: NDArray[np.float32], b: NDArray[np.float32], alike: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Let pairs support each other: those compatible with the others keep their similarity.

    a, b: float32 (p, 3), x, y (pixels, y upwards) and angle (radians) of each pair's minutiae.
    alike: float64 (p,), their similarity. Returns float64 (p,).
    """
    count = len(alike)
    support = np.zeros((count, count))
    for i in range(count):
        for j in range(i):
            support[i, j], support[j, i] = _compatible(a, b, i, j)
    for _ in range(_ROUNDS):
        alike = _KEEP * alike + (1 - _KEEP) * (support @ alike) / max(1, count - 1)
    return alike


@compiled
def _compatible(
    a: NDArray[np.float32], b: NDArray[np.float32], i: int, j: int
) -> tuple[float, float]:
    """How far pairs i and j agree, as i sees it and as j does.

    Most pairs of strangers do not: where distance and direction leave next to nothing, the rest,
    which is the expensive part, is not looked at.
    """
    ax, ay = a[j, 0] - a[i, 0], a[j, 1] - a[i, 1]
    bx, by = b[j, 0] - b[i, 0], b[j, 1] - b[i, 1]
    distance = abs(math.sqrt(ax * ax + ay * ay) - math.sqrt(bx * bx + by * by))
    agreed = _logistic(distance, _DISTANCE)
    if agreed < _NOTHING:
        return 0.0, 0.0
    turn_i, turn_j = a[i, 2] - b[i, 2], a[j, 2] - b[j, 2]
    agreed *= _logistic(_turn(turn_i - turn_j), _DIRECTION)
    if agreed < _NOTHING:
        return 0.0, 0.0
    bearing = math.atan2(ay, ax) - math.atan2(by, bx)
    return (
        agreed * _logistic(_turn(turn_i - bearing), _RADIAL),
        agreed * _logistic(_turn(turn_j - bearing), _RADIAL),
    )


@compiled
def _logistic(value: float, shape: tuple[float, float]) -> float:
    return 1 / (1 + math.exp(-shape[1] * (value - shape[0])))


@compiled
def _turn(angle: float) -> float:
    """Return the size of a turn, radians, [0, pi]."""
    return abs(angle - 2 * math.pi * math.floor(angle / (2 * math.pi) + 0.5))
