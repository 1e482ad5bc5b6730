"""Places minutiae on a ridge field: where they lie and which way they point."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.synthetic.ridge_field import (
    RidgeField,
    minutia_density_along,
    ridge_direction,
    ridge_orientation,
)

_OPPOSITE_PAIRS = 0.02
"""Share of candidate minutiae that lie next to the one placed last and point the other way."""


@compiled
def place_minutiae(
    field: RidgeField, count: int, density: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place minutiae: more where ridges must begin or end, some in pairs of opposite direction.

    density: minutiae per square pixel. Returns positions float64 (count, 2) and directions
    float64 (count,), in the units of `master.MasterFingerprint`.
    """
    xy = np.empty((count, 2))
    angle = np.empty(count)
    placed = 0
    while placed < count:
        if placed > 0 and rng.random() < _OPPOSITE_PAIRS:
            x, y, theta = _opposite_neighbour(xy[placed - 1], angle[placed - 1], rng)
        else:
            x = rng.uniform(-field.half_width, field.half_width)
            y = rng.uniform(-field.half_height, field.half_height)
            if _outside(field, x, y):
                continue
            cos, sin = ridge_direction(field, x, y)
            signed = minutia_density_along(field, x, y, cos, sin)
            signed = max(-2.0 * density, min(2.0 * density, signed))
            local = 0.4 * density + abs(signed)
            if rng.random() * 2.4 * density > local:
                continue
            along = ridge_orientation(field, x, y)
            if math.cos(along) * cos + math.sin(along) * sin < 0.0:
                signed = -signed
            theta = along + _draw_deviation(rng)
            if rng.random() > 0.5 + 0.5 * signed / local:
                theta += math.pi
        if _outside(field, x, y) or not _has_room(xy[:placed], angle[:placed], x, y, theta, rng):
            continue
        xy[placed, 0], xy[placed, 1] = x, y
        angle[placed] = theta % (2.0 * math.pi)
        placed += 1
    return xy, angle


@compiled
def _outside(field: RidgeField, x: float, y: float) -> bool:
    """Return whether (x, y) lies outside the finger's elliptic surface."""
    return bool((x / field.half_width) ** 2 + (y / field.half_height) ** 2 > 1.0)


@compiled
def _opposite_neighbour(
    xy: NDArray[np.float64], angle: float, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Return x, y and direction of the other end of a short ridge: close, mostly ahead."""
    apart, bearing = rng.uniform(10.0, 18.0), angle + rng.normal(0.0, 1.2)
    back = angle + math.pi + _draw_deviation(rng)
    return xy[0] + apart * math.cos(bearing), xy[1] - apart * math.sin(bearing), back


@compiled
def _draw_deviation(rng: np.random.Generator) -> float:
    """Draw the radians by which a minutia deviates from the ridge field: one in five by much."""
    deviation: float = rng.normal(0.0, 0.35 if rng.random() < 0.2 else 0.1)
    return deviation


@compiled
def _has_room(
    placed_xy: NDArray[np.float64],
    angle: NDArray[np.float64],
    x: float,
    y: float,
    theta: float,
    rng: np.random.Generator,
) -> bool:
    """Return whether a minutia fits beside those placed.

    None may lie within 9.5 pixels; one of similar direction within 18 pixels only sometimes.
    """
    for i in range(len(placed_xy)):
        squared = (placed_xy[i, 0] - x) ** 2 + (placed_xy[i, 1] - y) ** 2
        if squared < 90.0:
            return False
        if squared < 324.0 and math.cos(angle[i] - theta) > 0.0 and rng.random() < 0.4:
            return False
    return True
