"""What lies around a minutia, as numbers that turn with it and change smoothly.

A sum over the neighbours of radial bumps x harmonics of where they lie x harmonics of where they
point, all in the minutia's own frame: unchanged when the finger turns or shifts.
"""

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.minutiae import Minutiae

MOST = 80
"""Best minutiae looked at."""
_CENTRES = (12.0, 28.0, 46.0, 66.0, 88.0, 114.0, 144.0, 180.0)  # pixels at 500 dpi
_WIDTHS = (8.0, 9.0, 10.0, 11.0, 13.0, 15.0, 17.0, 20.0)
_REACH = 240
_FINE = 4
"""Distances are told apart by so many steps a pixel."""
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
    filled: NDArray[np.int64] = np.where(column < counts[:, None], place, ends[-1])
    return filled.astype(np.int64)


def _bumps() -> tuple[Floats, NDArray[np.int64]]:
    """Each bump's height by distance, (distances, 8), and the first and last + 1 within reach."""
    distance = np.arange(_REACH * _FINE + 1)[:, None] / _FINE
    off = (distance - np.array(_CENTRES)) / np.array(_WIDTHS)
    there = np.abs(off) <= 3
    first, last = there.argmax(1), len(_CENTRES) - there[:, ::-1].argmax(1)
    span = np.where(there.any(1), [first, last], 0).T
    return np.exp(-0.5 * off**2).astype(np.float32), span.astype(np.int64)


_HEIGHTS, _SPANS = _bumps()


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
            distance = np.sqrt(dx * dx + dy * dy)
            if distance > _REACH or distance < 1:
                continue
            ahead = (cos[i] * dx + sin[i] * dy) / distance
            aside = (cos[i] * dy - sin[i] * dx) / distance
            along = cos[i] * cos[j] + sin[i] * sin[j]
            across = cos[i] * sin[j] - sin[i] * cos[j]
            _wind(ahead, aside, along, across, harmonics)
            _add(int(distance * _FINE + 0.5), weight[j], harmonics, numbers[i])
    return numbers


@compiled
def _wind(ahead: float, aside: float, along: float, across: float, out: Floats) -> None:
    """Write the products of the harmonics of a bearing and of a direction (cosine, sine each)."""
    twice, twice_across = along * along - across * across, along * across + along * across
    c, s = np.float32(1), np.float32(0)
    out[0], out[1], out[2], out[3], out[4] = c, along, across, twice, twice_across
    for at in range(_TURNS, _HARMONICS, 2 * _TURNS):
        c, s = c * ahead - s * aside, s * ahead + c * aside
        out[at], out[at + 1], out[at + 2] = c, c * along, c * across
        out[at + 3], out[at + 4] = c * twice, c * twice_across
        out[at + 5], out[at + 6], out[at + 7] = s, s * along, s * across
        out[at + 8], out[at + 9] = s * twice, s * twice_across


@compiled
def _add(distance: int, weight: float, harmonics: Floats, numbers: Floats) -> None:
    """Add a neighbour at `distance`, in steps, to each bump that it lies in."""
    for bump in range(_SPANS[distance, 0], _SPANS[distance, 1]):
        near = weight * _HEIGHTS[distance, bump]
        rows = numbers[bump * _HARMONICS : (bump + 1) * _HARMONICS]
        for k in range(_HARMONICS):
            rows[k] += near * harmonics[k]


@compiled
def _calm(numbers: Floats) -> None:
    """Bring large numbers nearer, in place: many neighbours say little more than a few."""
    for k in range(len(numbers)):
        numbers[k] /= np.sqrt(np.float32(1) + abs(numbers[k]))
