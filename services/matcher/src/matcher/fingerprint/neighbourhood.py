"""What lies around a minutia, as numbers that turn with it and change smoothly.

A sum over the neighbours of radial bumps x harmonics of where they lie x harmonics of where they
point, all in the minutia's own frame: unchanged when the finger turns or shifts.
"""

import math

import numpy as np
from numpy.typing import NDArray

from matcher.fingerprint.jit import compiled

_CENTRES = (12.0, 28.0, 46.0, 66.0, 88.0, 114.0, 144.0, 180.0)  # pixels at 500 dpi
_WIDTHS = (8.0, 9.0, 10.0, 11.0, 13.0, 15.0, 17.0, 20.0)
_REACH = 240.0
_PLACES = 2 * 8 + 1  # constant, cosines and sines of up to eight times the bearing
_TURNS = 2 * 2 + 1  # likewise of up to twice the direction
SIZE = len(_CENTRES) * _PLACES * _TURNS


@compiled
def expand(
    xy: NDArray[np.float32], angle: NDArray[np.float32], weight: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Describe every minutia by all others within 240 pixels.

    xy: float32 (n, 2), pixels, y upwards; angle: float32 (n,), radians; weight: float32 (n,), how
    much each counts as a neighbour. Returns float32 (n, 680).
    """
    count = len(angle)
    numbers = np.zeros((count, SIZE), np.float32)
    places, turns = np.empty(_PLACES), np.empty(_TURNS)
    for i in range(count):
        for j in range(count):
            dx, dy = xy[j, 0] - xy[i, 0], xy[j, 1] - xy[i, 1]
            distance = math.sqrt(dx * dx + dy * dy)
            if distance > _REACH or distance < 1:
                continue
            _harmonics(math.atan2(dy, dx) - angle[i], places)
            _harmonics(angle[j] - angle[i], turns)
            _add(distance, weight[j], places, turns, numbers[i])
    return numbers


@compiled
def _harmonics(angle: float, out: NDArray[np.float64]) -> None:
    cos, sin = math.cos(angle), math.sin(angle)
    out[0] = 1
    c, s = 1.0, 0.0
    for k in range(1, len(out), 2):
        c, s = c * cos - s * sin, s * cos + c * sin
        out[k], out[k + 1] = c, s


@compiled
def _add(
    distance: float,
    weight: float,
    places: NDArray[np.float64],
    turns: NDArray[np.float64],
    numbers: NDArray[np.float32],
) -> None:
    for bump in range(len(_CENTRES)):
        off = (distance - _CENTRES[bump]) / _WIDTHS[bump]
        if abs(off) > 3:
            continue
        near = weight * math.exp(-0.5 * off * off)
        at = bump * _PLACES * _TURNS
        for place in range(_PLACES):
            for turn in range(_TURNS):
                numbers[at] += near * places[place] * turns[turn]
                at += 1
