"""What lies around a minutia, as numbers that turn with it and change smoothly.

A sum over the neighbours of radial bumps x harmonics of where they lie x harmonics of where they
point, all in the minutia's own frame: unchanged when the finger turns or shifts.
"""

import math

import numpy as np
from numpy.typing import NDArray

from matcher.fingerprint.jit import compiled
from matcher.fingerprint.minutiae import Minutiae

MOST = 80
"""Best minutiae looked at."""
_CENTRES = (12.0, 28.0, 46.0, 66.0, 88.0, 114.0, 144.0, 180.0)  # pixels at 500 dpi
_WIDTHS = (8.0, 9.0, 10.0, 11.0, 13.0, 15.0, 17.0, 20.0)
_REACH = 240.0
_PLACES = 2 * 8 + 1  # constant, cosines and sines of up to eight times the bearing
_TURNS = 2 * 2 + 1  # likewise of up to twice the direction
_HARMONICS = _PLACES * _TURNS
SIZE = len(_CENTRES) * _HARMONICS

Floats = NDArray[np.float32]


def describe(found: Minutiae) -> tuple[Floats, Floats]:
    """Return what a network is fed with: descriptions (n, 680) and weights (n,) of the best 80.

    A minutia weighs as much as its quality, half where none is reported.
    """
    best = found.best(MOST)
    weight = (np.where(best.quality == 0, 50, best.quality) / 100).astype(np.float32)
    upwards = best.xy.astype(np.float32) * np.array([1, -1], np.float32)
    numbers = expand(upwards, best.angle, weight)
    _calm(numbers.reshape(-1))
    return numbers, weight


def places(counts: NDArray[np.integer], most: int | None = None) -> NDArray[np.int64]:
    """Return where each finger's minutiae are in one list of all fingers', int64 (k, most).

    counts: (k,), minutiae of each. most: columns, as many as the largest has if not given. Beyond
    a finger's own it says the length of the list, where the network has a minutia of no weight.
    """
    column = np.arange(counts.max() if most is None else most)
    ends = np.cumsum(counts)
    place = (ends - counts)[:, None] + column
    return np.where(column < counts[:, None], place, ends[-1]).astype(np.int64)


@compiled
def expand(xy: Floats, angle: Floats, weight: Floats) -> Floats:
    """Describe every minutia by all others within 240 pixels.

    xy: float32 (n, 2), pixels, y upwards; angle: float32 (n,), radians; weight: float32 (n,), how
    much each counts as a neighbour. Returns float32 (n, 680).
    """
    count = len(angle)
    numbers = np.zeros((count, SIZE), np.float32)
    cos, sin = np.cos(angle), np.sin(angle)
    harmonics = np.empty(_HARMONICS, np.float32)
    for i in range(count):
        for j in range(count):
            dx, dy = xy[j, 0] - xy[i, 0], xy[j, 1] - xy[i, 1]
            distance = math.sqrt(dx * dx + dy * dy)
            if distance > _REACH or distance < 1:
                continue
            ahead = (cos[i] * dx + sin[i] * dy) / distance
            aside = (cos[i] * dy - sin[i] * dx) / distance
            along = cos[i] * cos[j] + sin[i] * sin[j]
            across = cos[i] * sin[j] - sin[i] * cos[j]
            _wind(ahead, aside, along, across, harmonics)
            _add(distance, weight[j], harmonics, numbers[i])
    return numbers


@compiled
def _wind(ahead: float, aside: float, along: float, across: float, out: Floats) -> None:
    """Write the products of the harmonics of a bearing and of a direction (cosine, sine each)."""
    c, s = 1.0, 0.0
    _turn(1.0, along, across, out[:_TURNS])
    for place in range(1, _PLACES, 2):
        c, s = c * ahead - s * aside, s * ahead + c * aside
        at = place * _TURNS
        _turn(c, along, across, out[at : at + _TURNS])
        _turn(s, along, across, out[at + _TURNS : at + 2 * _TURNS])


@compiled
def _turn(factor: float, along: float, across: float, out: Floats) -> None:
    out[0] = factor
    out[1], out[2] = factor * along, factor * across
    out[3], out[4] = factor * (along * along - across * across), factor * 2 * along * across


@compiled
def _add(distance: float, weight: float, harmonics: Floats, numbers: Floats) -> None:
    for bump in range(len(_CENTRES)):
        off = (distance - _CENTRES[bump]) / _WIDTHS[bump]
        if abs(off) > 3:
            continue
        near = np.float32(weight * math.exp(-0.5 * off * off))
        at = bump * _HARMONICS
        for k in range(_HARMONICS):
            numbers[at + k] += near * harmonics[k]


@compiled
def _calm(numbers: Floats) -> None:
    """Bring large numbers nearer, in place: many neighbours say little more than a few."""
    for k in range(len(numbers)):
        numbers[k] /= np.sqrt(np.float32(1) + abs(numbers[k]))
