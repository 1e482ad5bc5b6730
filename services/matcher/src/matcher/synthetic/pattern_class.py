"""Classes of ridge patterns, how often they occur, and the ridge fields of each."""

from __future__ import annotations

import math
from enum import Enum

import numpy as np

from matcher.synthetic.ridge_field import RidgeField, ridge_orientation


class PatternClass(Enum):
    """Henry class of a ridge pattern; left and right as seen on the impression."""

    ARCH = "arch"
    TENTED_ARCH = "tented arch"
    LEFT_LOOP = "left loop"
    RIGHT_LOOP = "right loop"
    WHORL = "whorl"


NATURAL_SHARES = {
    PatternClass.ARCH: 0.037,
    PatternClass.TENTED_ARCH: 0.029,
    PatternClass.LEFT_LOOP: 0.338,
    PatternClass.RIGHT_LOOP: 0.317,
    PatternClass.WHORL: 0.279,
}
"""Share of fingers of each class (Wilson, Candela and Watson, "Neural network fingerprint
classification", Journal of Artificial Neural Networks 1(2), 1994)."""


def draw_pattern_class(rng: np.random.Generator) -> PatternClass:
    """Draw a class as often as it occurs in nature."""
    draw = rng.random()
    for pattern, share in NATURAL_SHARES.items():
        draw -= share
        if draw < 0.0:
            return pattern
    return PatternClass.WHORL


def draw_ridge_field(pattern: PatternClass, rng: np.random.Generator) -> RidgeField:
    """Draw the ridge field of a finger of this class."""
    cores, deltas = _DRAW_SINGULARITIES[pattern](rng)
    variation = (rng.uniform(0.02, 0.06), *rng.normal(0.0, 0.015, 2), rng.uniform(0.0, 2 * math.pi))
    field = RidgeField(
        cores=np.array(cores, np.float64).reshape(-1, 2),
        deltas=np.array(deltas, np.float64).reshape(-1, 2),
        rotation=0.0,
        arching=_arching(pattern, rng),
        arch_steepness=rng.uniform(0.1, 0.7) if pattern is PatternClass.ARCH else 0.0,
        mean_period=rng.normal(9.0, 0.6),
        base_coarsening=rng.uniform(0.05, 0.25),
        period_variation=(
            float(variation[0]),
            float(variation[1]),
            float(variation[2]),
            float(variation[3]),
        ),
        elongation=rng.uniform(1.2, 1.9)
        if pattern is PatternClass.WHORL
        else rng.uniform(1.0, 1.4),
        half_width=rng.uniform(160.0, 190.0),
        half_height=rng.uniform(215.0, 245.0),
    )
    at_base = ridge_orientation(field, 0.0, 300.0)
    rotation = -math.atan2(math.sin(at_base) / field.elongation, math.cos(at_base))
    return field._replace(rotation=rotation)


def _arching(pattern: PatternClass, rng: np.random.Generator) -> tuple[float, float]:
    """Draw how much the ridges slope down at the left and the right of the middle.

    Less on the side of a delta, where the zero-pole model slopes them already.
    """
    delta_side, free_side = rng.uniform(0.1, 0.5), rng.uniform(0.6, 1.1)
    return {
        PatternClass.LEFT_LOOP: (free_side, delta_side),
        PatternClass.RIGHT_LOOP: (delta_side, free_side),
        PatternClass.WHORL: (delta_side, delta_side),
    }.get(pattern, (free_side, free_side))


_Positions = list[tuple[float, float]]


def _arch(rng: np.random.Generator) -> tuple[_Positions, _Positions]:
    return [], []


def _tented_arch(rng: np.random.Generator) -> tuple[_Positions, _Positions]:
    x = rng.normal(0.0, 10.0)
    return [(x, rng.normal(0.0, 12.0))], [(x + rng.normal(0.0, 5.0), rng.uniform(60.0, 110.0))]


def _loop(side: float, rng: np.random.Generator) -> tuple[_Positions, _Positions]:
    core = (rng.normal(0.0, 12.0), rng.normal(-40.0, 25.0))
    return [core], [(side * rng.uniform(15.0, 100.0), core[1] + rng.uniform(85.0, 185.0))]


def _left_loop(rng: np.random.Generator) -> tuple[_Positions, _Positions]:
    return _loop(1.0, rng)


def _right_loop(rng: np.random.Generator) -> tuple[_Positions, _Positions]:
    return _loop(-1.0, rng)


def _whorl(rng: np.random.Generator) -> tuple[_Positions, _Positions]:
    x, y = rng.normal(0.0, 12.0), rng.normal(-10.0, 15.0)
    apart, tilt = rng.uniform(6.0, 38.0), rng.normal(0.5 * math.pi, 0.35)
    dx, dy = apart * math.cos(tilt), apart * math.sin(tilt)
    cores = [(x + dx, y - dy), (x - dx, y + dy)]
    left = (-rng.uniform(75.0, 140.0), y + rng.uniform(90.0, 190.0))
    right = (rng.uniform(75.0, 140.0), y + rng.uniform(90.0, 190.0))
    return cores, [left, right]


_DRAW_SINGULARITIES = {
    PatternClass.ARCH: _arch,
    PatternClass.TENTED_ARCH: _tented_arch,
    PatternClass.LEFT_LOOP: _left_loop,
    PatternClass.RIGHT_LOOP: _right_loop,
    PatternClass.WHORL: _whorl,
}
