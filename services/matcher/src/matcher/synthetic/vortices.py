"""Minutiae of a ridge pattern whose phase is known: exact, for nothing is guessed.

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
from matcher.synthetic.field import Field, orientation

Points = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.uint8]]
_TOO_NEAR = 5.0
"""Pixels: two opposite minutiae so close are a dent in a ridge, and nobody sees them."""
_AT_SINGULARITY = 5.0
"""Pixels around a core or delta where ridges have no single direction."""


def vortices(wave: NDArray[np.complexfloating], field: Field, scale: int) -> Points:
    """Positions (n, 2), directions (n,) and kinds (n,) of the minutiae, as `Master` has them.

    wave: complex (h, w), the ridges and their quadrature, one sample every `scale` pixels, the
    phase growing to the left of `orientation`.
    """
    found = _windings(wave, field, scale)
    inside = (found[:, 0] / field.half_width) ** 2 + (found[:, 1] / field.half_height) ** 2 < 1.0
    found = _without_dents(found[inside])
    for point in (*field.cores, *field.deltas):
        found = found[np.hypot(*(found[:, :2] - point).T) > _AT_SINGULARITY]
    return found[:, :2].copy(), found[:, 2] % (2.0 * math.pi), found[:, 3].astype(np.uint8)


def _without_dents(found: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave out opposite pairs that are `_TOO_NEAR`."""
    apart = np.hypot(*(found[:, None, :2] - found[None, :, :2]).T)
    opposite = np.cos(found[:, None, 2] - found[None, :, 2]) < 0.0
    dents: NDArray[np.bool_] = ((apart < _TOO_NEAR) & opposite).any(1)
    return found[~dents]


@compiled
def _windings(wave: NDArray[np.complexfloating], field: Field, scale: int) -> NDArray[np.float64]:
    """Rows of (x, y, direction, kind)."""
    rows, columns = wave.shape
    found = np.empty((rows * columns, 4))
    count = 0
    for row in range(4, rows - 5):
        for column in range(4, columns - 5):
            x, y = scale * (column + 1 - 0.5 * columns), scale * (row + 1 - 0.5 * rows)
            theta = orientation(field, x, y)
            turns = _turns(wave, row, column, field, scale, theta)
            if abs(turns) < 0.5:
                continue
            # More ridges lie ahead of a phase that winds counter-clockwise.
            dense = theta if turns > 0.0 else theta + math.pi
            i = row + round(0.5 - 2.5 * math.sin(dense))
            j = column + round(0.5 + 2.5 * math.cos(dense))
            found[count, 0], found[count, 1], found[count, 2] = x, y, dense
            found[count, 3] = 1.0 if wave[i, j].real > 0.0 else 2.0
            count += 1
    return found[:count].copy()


@compiled
def _turns(
    wave: NDArray[np.complexfloating],
    row: int,
    column: int,
    field: Field,
    scale: int,
    theta: float,
) -> float:
    """Turns of the phase counter-clockwise around four neighbouring samples."""
    rows, columns = wave.shape
    total = 0.0
    before = 0j
    for corner in range(5):
        i = row + (1 if corner in (1, 2) else 0)
        j = column + (1 if corner in (2, 3) else 0)
        x, y = scale * (j + 0.5 - 0.5 * columns), scale * (i + 0.5 - 0.5 * rows)
        here = wave[i, j]
        if math.cos(orientation(field, x, y) - theta) < 0.0:
            here = here.conjugate()
        if corner > 0:
            total += cmath.phase(here * before.conjugate())
        before = here
    return total / (2.0 * math.pi)
