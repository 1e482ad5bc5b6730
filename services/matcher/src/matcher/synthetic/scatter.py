"""Where on a flow of ridges minutiae lie, and which way they point."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.synthetic.field import Field, charge, orientation

_PAIRED = 0.02
"""Share of the places tried that lie beside the last minutia, opposite to it."""


@compiled
def scatter(
    field: Field, count: int, density: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place minutiae: more where the field must make or end ridges, opposite ones in pairs.

    density: minutiae per square pixel. Returns positions (count, 2) and directions (count,), as
    `patterns.Master` has them.
    """
    xy = np.empty((count, 2))
    angle = np.empty(count)
    placed = 0
    while placed < count:
        if placed > 0 and rng.random() < _PAIRED:
            x, y, theta = _beside(xy[placed - 1], angle[placed - 1], rng)
        else:
            x = rng.uniform(-field.half_width, field.half_width)
            y = rng.uniform(-field.half_height, field.half_height)
            if _outside(field, x, y):
                continue
            born = max(-2.0 * density, min(2.0 * density, charge(field, x, y)))
            here = 0.4 * density + abs(born)
            if rng.random() * 2.4 * density > here:
                continue
            theta = orientation(field, x, y) + _deviation(rng)
            if rng.random() > 0.5 + 0.5 * born / here:
                theta += math.pi
        if _outside(field, x, y) or not _has_room(xy[:placed], angle[:placed], x, y, theta, rng):
            continue
        xy[placed, 0], xy[placed, 1] = x, y
        angle[placed] = theta % (2.0 * math.pi)
        placed += 1
    return xy, angle


@compiled
def _outside(field: Field, x: float, y: float) -> bool:
    return bool((x / field.half_width) ** 2 + (y / field.half_height) ** 2 > 1.0)


@compiled
def _beside(
    xy: NDArray[np.float64], angle: float, rng: np.random.Generator
) -> tuple[float, float, float]:
    """The other end of a short ridge: close, ahead mostly, and pointing back."""
    apart, bearing = rng.uniform(10.0, 18.0), angle + rng.normal(0.0, 1.2)
    back = angle + math.pi + _deviation(rng)
    return xy[0] + apart * math.cos(bearing), xy[1] - apart * math.sin(bearing), back


@compiled
def _deviation(rng: np.random.Generator) -> float:
    """Radians by which a minutia points off the smooth field: one in five by much."""
    deviation: float = rng.normal(0.0, 0.35 if rng.random() < 0.2 else 0.1)
    return deviation


@compiled
def _has_room(
    taken: NDArray[np.float64],
    angle: NDArray[np.float64],
    x: float,
    y: float,
    theta: float,
    rng: np.random.Generator,
) -> bool:
    """Whether a minutia fits: none within 9.5 px, and one pointing alike within 18 px seldom."""
    for i in range(len(taken)):
        squared = (taken[i, 0] - x) ** 2 + (taken[i, 1] - y) ** 2
        if squared < 90.0:
            return False
        if squared < 324.0 and math.cos(angle[i] - theta) > 0.0 and rng.random() < 0.4:
            return False
    return True
