"""Classes of ridge patterns, how often they occur, and the ridge fields of each."""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.synthetic.ridge_field import RidgeField, ridge_orientation

Positions = NDArray[np.float64]


class PatternClass(IntEnum):
    """Henry class of a ridge pattern; left and right as seen on the impression. For kernels too."""

    ARCH = 0
    TENTED_ARCH = 1
    LEFT_LOOP = 2
    RIGHT_LOOP = 3
    WHORL = 4


NATURAL_SHARES = {
    PatternClass.ARCH: 0.037,
    PatternClass.TENTED_ARCH: 0.029,
    PatternClass.LEFT_LOOP: 0.338,
    PatternClass.RIGHT_LOOP: 0.317,
    PatternClass.WHORL: 0.279,
}
"""Share of fingers of each class (Wilson, Candela and Watson, "Neural network fingerprint
classification", Journal of Artificial Neural Networks 1(2), 1994)."""


_SHARES = np.array([NATURAL_SHARES[pattern] for pattern in PatternClass])


@compiled
def draw_pattern_class(rng: np.random.Generator) -> int:
    """Draw the number of a class, as often as it occurs in nature."""
    draw = rng.random()
    for pattern in range(len(_SHARES)):
        draw -= _SHARES[pattern]
        if draw < 0.0:
            return pattern
    return len(_SHARES) - 1


@compiled
def draw_ridge_field(pattern: int, rng: np.random.Generator) -> RidgeField:
    """Draw the ridge field of a finger of this class."""
    cores, deltas = _draw_singularities(pattern, rng)
    amplitude = rng.uniform(0.02, 0.06)
    along_x, along_y = rng.normal(0.0, 0.015), rng.normal(0.0, 0.015)
    phase = rng.uniform(0.0, 2.0 * math.pi)
    arching = _draw_arching(pattern, rng)
    arch_steepness = rng.uniform(0.1, 0.7) if pattern == PatternClass.ARCH else 0.0
    mean_period = rng.normal(9.0, 0.6)
    base_coarsening = rng.uniform(0.05, 0.25)
    is_whorl = pattern == PatternClass.WHORL
    elongation = rng.uniform(1.2, 1.9) if is_whorl else rng.uniform(1.0, 1.4)
    half_width, half_height = rng.uniform(160.0, 190.0), rng.uniform(215.0, 245.0)
    field = RidgeField(
        cores,
        deltas,
        0.0,
        arching,
        arch_steepness,
        mean_period,
        base_coarsening,
        (amplitude, along_x, along_y, phase),
        elongation,
        half_width,
        half_height,
    )
    at_base = ridge_orientation(field, 0.0, 300.0)
    rotation = -math.atan2(math.sin(at_base) / elongation, math.cos(at_base))
    return _rotated(field, rotation)


@compiled
def _rotated(field: RidgeField, rotation: float) -> RidgeField:
    """Return a ridge field with another rotation; kernels have no `_replace`."""
    return RidgeField(
        field.cores,
        field.deltas,
        rotation,
        field.arching,
        field.arch_steepness,
        field.mean_period,
        field.base_coarsening,
        field.period_variation,
        field.elongation,
        field.half_width,
        field.half_height,
    )


@compiled
def _draw_arching(pattern: int, rng: np.random.Generator) -> tuple[float, float]:
    """Draw how much the ridges slope down at the left and the right of the middle.

    Less on the side of a delta, where the zero-pole model slopes them already.
    """
    delta_side, free_side = rng.uniform(0.1, 0.5), rng.uniform(0.6, 1.1)
    if pattern == PatternClass.LEFT_LOOP:
        return free_side, delta_side
    if pattern == PatternClass.RIGHT_LOOP:
        return delta_side, free_side
    if pattern == PatternClass.WHORL:
        return delta_side, delta_side
    return free_side, free_side


@compiled
def _draw_singularities(pattern: int, rng: np.random.Generator) -> tuple[Positions, Positions]:
    """Draw where cores and deltas lie, float64 (k, 2) each."""
    if pattern == PatternClass.ARCH:
        return np.empty((0, 2)), np.empty((0, 2))
    if pattern == PatternClass.WHORL:
        return _draw_whorl(rng)
    core, delta = np.empty((1, 2)), np.empty((1, 2))
    if pattern == PatternClass.TENTED_ARCH:
        x = rng.normal(0.0, 10.0)
        core[0] = x, rng.normal(0.0, 12.0)
        delta[0] = x + rng.normal(0.0, 5.0), rng.uniform(60.0, 110.0)
    else:
        side = 1.0 if pattern == PatternClass.LEFT_LOOP else -1.0
        core[0] = rng.normal(0.0, 12.0), rng.normal(-40.0, 25.0)
        delta[0] = side * rng.uniform(15.0, 100.0), core[0, 1] + rng.uniform(85.0, 185.0)
    return core, delta


@compiled
def _draw_whorl(rng: np.random.Generator) -> tuple[Positions, Positions]:
    x, y = rng.normal(0.0, 12.0), rng.normal(-10.0, 15.0)
    apart, tilt = rng.uniform(6.0, 38.0), rng.normal(0.5 * math.pi, 0.35)
    dx, dy = apart * math.cos(tilt), apart * math.sin(tilt)
    cores, deltas = np.empty((2, 2)), np.empty((2, 2))
    cores[0], cores[1] = (x + dx, y - dy), (x - dx, y + dy)
    deltas[0] = -rng.uniform(75.0, 140.0), y + rng.uniform(90.0, 190.0)
    deltas[1] = rng.uniform(75.0, 140.0), y + rng.uniform(90.0, 190.0)
    return cores, deltas
