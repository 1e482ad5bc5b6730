"""Finds the minutiae of a ridge pattern whose phase is known, exactly and without an extractor.

Ridges are the cosine of a phase, and minutiae are the points around which the phase winds by one
turn (Larkin and Fletcher, "A coherent framework for fingerprint analysis: are fingerprints
holograms?", Optics Express 15(14), 2007).
"""

from __future__ import annotations

import cmath
import math

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.synthetic.ridge_field import RidgeField, ridge_orientation

FoundMinutiae = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.uint8]]
_MIN_DISTANCE = 5.0
"""Pixels; two opposite minutiae closer than this are a dent in a ridge, which nobody reports."""
_SINGULARITY_RADIUS = 5.0
"""Pixels around a core or delta where ridges have no single direction."""


def find_minutiae(
    wave: NDArray[np.complexfloating], field: RidgeField, scale: int
) -> FoundMinutiae:
    """Return positions (n, 2), directions (n,) and kinds (n,), as in `master.MasterFingerprint`.

    wave: complex (h, w), the ridges and their quadrature, one sample every `scale` pixels, the
    phase growing to the left of `ridge_orientation`.
    """
    found = _winding_points(wave, field, scale)
    inside = (found[:, 0] / field.half_width) ** 2 + (found[:, 1] / field.half_height) ** 2 < 1.0
    found = _without_close_opposites(found[inside])
    for point in (*field.cores, *field.deltas):
        found = found[np.hypot(*(found[:, :2] - point).T) > _SINGULARITY_RADIUS]
    return found[:, :2].copy(), found[:, 2] % (2.0 * math.pi), found[:, 3].astype(np.uint8)


def _without_close_opposites(found: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows without pairs of opposite minutiae closer than `_MIN_DISTANCE`."""
    apart = np.hypot(*(found[:, None, :2] - found[None, :, :2]).T)
    opposite = np.cos(found[:, None, 2] - found[None, :, 2]) < 0.0
    close_opposites: NDArray[np.bool_] = ((apart < _MIN_DISTANCE) & opposite).any(1)
    return found[~close_opposites]


@compiled
def _winding_points(
    wave: NDArray[np.complexfloating], field: RidgeField, scale: int
) -> NDArray[np.float64]:
    """Return rows (x, y, direction, kind) of the points around which the phase winds."""
    rows, columns = wave.shape
    found = np.empty((rows * columns, 4))
    count = 0
    for row in range(4, rows - 5):
        for column in range(4, columns - 5):
            x, y = scale * (column + 1 - 0.5 * columns), scale * (row + 1 - 0.5 * rows)
            theta = ridge_orientation(field, x, y)
            winding = _winding_number(wave, row, column, field, scale, theta)
            if abs(winding) < 0.5:
                continue
            # More ridges lie ahead of a phase that winds counter-clockwise.
            direction = theta if winding > 0.0 else theta + math.pi
            i = row + round(0.5 - 2.5 * math.sin(direction))
            j = column + round(0.5 + 2.5 * math.cos(direction))
            found[count, 0], found[count, 1], found[count, 2] = x, y, direction
            found[count, 3] = 1.0 if wave[i, j].real > 0.0 else 2.0
            count += 1
    return found[:count].copy()


@compiled
def _winding_number(
    wave: NDArray[np.complexfloating],
    row: int,
    column: int,
    field: RidgeField,
    scale: int,
    theta: float,
) -> float:
    """Return the turns of the phase, counter-clockwise, around four neighbouring samples."""
    rows, columns = wave.shape
    total = 0.0
    before = 0j
    for corner in range(5):
        i = row + (1 if corner in (1, 2) else 0)
        j = column + (1 if corner in (2, 3) else 0)
        x, y = scale * (j + 0.5 - 0.5 * columns), scale * (i + 0.5 - 0.5 * rows)
        here = wave[i, j]
        if math.cos(ridge_orientation(field, x, y) - theta) < 0.0:
            here = here.conjugate()
        if corner > 0:
            total += cmath.phase(here * before.conjugate())
        before = here
    return total / (2.0 * math.pi)
