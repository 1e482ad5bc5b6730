"""The neighbourhood of a minutia as 680 numbers: the input of the embedding network.

Each is a sum over the neighbours of a radial bump times a harmonic of the bearing times a harmonic
of the direction, all in the minutia's own frame. So they stay the same when the finger is turned or
shifted, and change smoothly with the positions of the neighbours.
"""

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.minutiae import MinutiaeBatch

MAX_EMBEDDED_MINUTIAE = 80
"""Best minutiae of a finger that are described."""
_CENTRES = (12.0, 28.0, 46.0, 66.0, 88.0, 114.0, 144.0, 180.0)  # of the bumps, pixels at 500 dpi
_WIDTHS = (8.0, 9.0, 10.0, 11.0, 13.0, 15.0, 17.0, 20.0)
_RADIUS = 240
"""Pixels within which a minutia counts as a neighbour."""
_STEPS_PER_PIXEL = 4
"""Resolution of the tabulated bumps."""
_BEARINGS = 2 * 8 + 1  # constant, cosines and sines of up to eight times the bearing
_DIRECTIONS = 2 * 2 + 1  # likewise of up to twice the direction
_HARMONICS = _BEARINGS * _DIRECTIONS
_PADDED = 96
"""_HARMONICS, rounded up to four vector registers at a time, as many as a loop takes."""
FEATURES_PER_MINUTIA = len(_CENTRES) * _HARMONICS

Floats = NDArray[np.float32]


def network_inputs(fingers: MinutiaeBatch) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the inputs for the at most 80 best minutiae of each finger, end to end, n in all.

    Features, float32 (n, 680), weights, float32 (n,), and how many minutiae of each there are. The
    weight of a minutia is its quality, 0 to 1; one half where none is reported.
    """
    best = fingers.best(MAX_EMBEDDED_MINUTIAE)
    weight = (np.where(best.quality == 0, 50, best.quality) / 100).astype(np.float32)
    xy_upwards = best.xy.astype(np.float32) * np.array([1, -1], np.float32)
    features = _features_of_all(xy_upwards, best.angle, weight, np.cumsum(best.counts))
    return features, weight, best.counts


def rows_by_finger(counts: NDArray[np.integer], columns: int | None = None) -> NDArray[np.int64]:
    """Return the rows of each finger's minutiae in the list of all fingers', int64 (k, columns).

    counts: (k,), minutiae of each finger. columns: as many as the largest finger has if not given.
    Surplus columns hold the length of the list, where the network adds a minutia of weight 0.
    """
    column = np.arange(counts.max() if columns is None else columns)
    ends = np.cumsum(counts)
    rows = (ends - counts)[:, None] + column
    filled: NDArray[np.int64] = np.where(column < counts[:, None], rows, ends[-1])
    return filled.astype(np.int64)


def _tabulated_bumps() -> tuple[Floats, NDArray[np.int64]]:
    """Return the bumps' heights by distance, (d, 8), and first and last + 1 of those in reach."""
    distance = np.arange(_RADIUS * _STEPS_PER_PIXEL + 1)[:, None] / _STEPS_PER_PIXEL
    off = (distance - np.array(_CENTRES)) / np.array(_WIDTHS)
    in_reach = np.abs(off) <= 3
    first, last = in_reach.argmax(1), len(_CENTRES) - in_reach[:, ::-1].argmax(1)
    span = np.where(in_reach.any(1), [first, last], 0).T
    return np.exp(-0.5 * off**2).astype(np.float32), span.astype(np.int64)


_HEIGHTS, _SPANS = _tabulated_bumps()


@compiled
def _features_of_all(xy: Floats, angle: Floats, weight: Floats, ends: NDArray[np.int64]) -> Floats:
    """Return the features of minutiae of many fingers, those of the k-th up to row ends[k]."""
    features = np.empty((len(angle), FEATURES_PER_MINUTIA), np.float32)
    start = 0
    for end in ends:
        _write_features(xy[start:end], angle[start:end], weight[start:end], features[start:end])
        start = end
    _compress(features.reshape(-1))
    return features


@compiled
def neighbourhood_features(xy: Floats, angle: Floats, weight: Floats) -> Floats:
    """Return the features of every minutia, by all others within 240 pixels, float32 (n, 680).

    xy: float32 (n, 2), pixels, y upwards; angle: float32 (n,), radians; weight: float32 (n,), of
    each as a neighbour.
    """
    features = np.empty((len(angle), FEATURES_PER_MINUTIA), np.float32)
    _write_features(xy, angle, weight, features)
    return features


@compiled
def _write_features(xy: Floats, angle: Floats, weight: Floats, features: Floats) -> None:
    count = len(angle)
    cos, sin = np.cos(angle), np.sin(angle)
    harmonics = np.zeros(_PADDED, np.float32)
    sums = np.empty((len(_CENTRES), _PADDED), np.float32)
    for i in range(count):
        sums[:] = 0
        for j in range(count):
            dx, dy = xy[j, 0] - xy[i, 0], xy[j, 1] - xy[i, 1]
            distance = np.sqrt(dx * dx + dy * dy)
            if distance > _RADIUS or distance < 1:
                continue
            ahead = (cos[i] * dx + sin[i] * dy) / distance
            aside = (cos[i] * dy - sin[i] * dx) / distance
            along = cos[i] * cos[j] + sin[i] * sin[j]
            across = cos[i] * sin[j] - sin[i] * cos[j]
            _write_harmonics(ahead, aside, along, across, harmonics)
            step = int(distance * _STEPS_PER_PIXEL + 0.5)
            _add_neighbour(step, weight[j], harmonics, sums)
        for bump in range(len(_CENTRES)):
            features[i, bump * _HARMONICS : (bump + 1) * _HARMONICS] = sums[bump, :_HARMONICS]


@compiled
def _write_harmonics(ahead: float, aside: float, along: float, across: float, out: Floats) -> None:
    """Write the products of the harmonics of a bearing and of a direction (cosine, sine each)."""
    twice, twice_across = along * along - across * across, along * across + along * across
    c, s = np.float32(1), np.float32(0)
    out[0], out[1], out[2], out[3], out[4] = c, along, across, twice, twice_across
    for at in range(_DIRECTIONS, _HARMONICS, 2 * _DIRECTIONS):
        c, s = c * ahead - s * aside, s * ahead + c * aside
        out[at], out[at + 1], out[at + 2] = c, c * along, c * across
        out[at + 3], out[at + 4] = c * twice, c * twice_across
        out[at + 5], out[at + 6], out[at + 7] = s, s * along, s * across
        out[at + 8], out[at + 9] = s * twice, s * twice_across


@compiled
def _add_neighbour(step: int, weight: float, harmonics: Floats, sums: Floats) -> None:
    """Add a neighbour to the sums (8, _PADDED). step: its distance in `_STEPS_PER_PIXEL`."""
    for bump in range(_SPANS[step, 0], _SPANS[step, 1]):
        near = weight * _HEIGHTS[step, bump]
        for k in range(_PADDED):
            sums[bump, k] += near * harmonics[k]


@compiled
def _compress(features: Floats) -> None:
    """Replace each x by x / sqrt(1 + |x|): many neighbours say little more than a few."""
    # As one expression over the array it is vectorised, without a check for a division by zero.
    features[:] = features / np.sqrt(np.float32(1) + np.abs(features))
