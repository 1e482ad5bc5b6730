"""Fingers that nobody has: ridge field and minutiae of one synthetic finger."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from matcher.synthetic.field import Field, orientation
from matcher.synthetic.scatter import scatter


class Pattern(Enum):
    """Class of the ridge pattern, as a viewer of the impression names it."""

    ARCH = "arch"
    TENTED_ARCH = "tented arch"
    LEFT_LOOP = "left loop"
    RIGHT_LOOP = "right loop"
    WHORL = "whorl"


NATURAL_SHARES = {
    Pattern.ARCH: 0.037,
    Pattern.TENTED_ARCH: 0.029,
    Pattern.LEFT_LOOP: 0.338,
    Pattern.RIGHT_LOOP: 0.317,
    Pattern.WHORL: 0.279,
}
"""Wilson, Candela and Watson, Journal of Artificial Neural Networks 1(2), 1994."""


@dataclass(frozen=True, slots=True, eq=False)
class Master:
    """What never changes about a synthetic finger.

    field: direction and distance of its ridges.
    xy: float64 (n, 2), pixels at 500 dpi from the middle of the finger, x right, y down.
    angle: float64 (n,), radians counter-clockwise (y up), in [0, 2 pi).
    kind: uint8 (n,), 1 ending, 2 bifurcation.
    clarity: float64 (n,), 0 to 1: how reliably impressions show this minutia.
    """

    seed: int
    pattern: Pattern
    field: Field
    xy: NDArray[np.float64]
    angle: NDArray[np.float64]
    kind: NDArray[np.uint8]
    clarity: NDArray[np.float64]


def master(seed: int) -> Master:
    """The finger with this number (0 or more): the same number gives the same finger."""
    rng = np.random.default_rng(seed)
    pattern = _pattern(rng.random())
    return _finger(seed, pattern, _field(pattern, rng), rng)


def lookalike(flow: Master, seed: int) -> Master:
    """Somebody else's finger whose ridges flow as those of `flow` do: the hardest of strangers.

    Only minutiae differ; they are laid along that flow anew, as many as a finger may have.
    seed: 0 or more; becomes the finger's own, and with `flow` determines it.
    """
    rng = np.random.default_rng((seed, flow.seed, 3))
    return _finger(seed, flow.pattern, flow.field, rng)


def _finger(seed: int, pattern: Pattern, field: Field, rng: np.random.Generator) -> Master:
    per_square_pixel = rng.uniform(0.17, 0.31) / 19.685**2
    count = int(per_square_pixel * math.pi * field.half_width * field.half_height)
    xy, angle = scatter(field, count, per_square_pixel, rng)
    kind = np.where(rng.random(count) < 0.72, 1, 2).astype(np.uint8)
    return Master(seed, pattern, field, xy, angle, kind, clarities(count, rng))


def clarities(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """How reliably each of so many minutiae shows: most nearly always, a few hardly ever."""
    return np.where(rng.random(count) < 0.25, rng.random(count), rng.beta(8.0, 1.0, count))


def _pattern(draw: float) -> Pattern:
    for pattern, share in NATURAL_SHARES.items():
        draw -= share
        if draw < 0.0:
            return pattern
    return Pattern.WHORL


def _field(pattern: Pattern, rng: np.random.Generator) -> Field:
    cores, deltas = _SINGULARITIES[pattern](rng)
    waves = (rng.uniform(0.02, 0.06), *rng.normal(0.0, 0.015, 2), rng.uniform(0.0, 2 * math.pi))
    field = Field(
        cores=np.array(cores, np.float64).reshape(-1, 2),
        deltas=np.array(deltas, np.float64).reshape(-1, 2),
        turn=0.0,
        arching=_arching(pattern, rng),
        hump=rng.uniform(0.1, 0.7) if pattern is Pattern.ARCH else 0.0,
        period=rng.normal(9.0, 0.6),
        coarsening=rng.uniform(0.05, 0.25),
        ripple=(float(waves[0]), float(waves[1]), float(waves[2]), float(waves[3])),
        elongation=rng.uniform(1.2, 1.9) if pattern is Pattern.WHORL else rng.uniform(1.0, 1.4),
        half_width=rng.uniform(160.0, 190.0),
        half_height=rng.uniform(215.0, 245.0),
    )
    drawn = orientation(field, 0.0, 300.0)
    turn = -math.atan2(math.sin(drawn) / field.elongation, math.cos(drawn))
    return field._replace(turn=turn)


def _arching(pattern: Pattern, rng: np.random.Generator) -> tuple[float, float]:
    """Fall of the ridges to the left and right; beside a delta the zero-pole model has it."""
    beside_delta, free = rng.uniform(0.1, 0.5), rng.uniform(0.6, 1.1)
    return {
        Pattern.LEFT_LOOP: (free, beside_delta),
        Pattern.RIGHT_LOOP: (beside_delta, free),
        Pattern.WHORL: (beside_delta, beside_delta),
    }.get(pattern, (free, free))


_Points = list[tuple[float, float]]


def _arch(rng: np.random.Generator) -> tuple[_Points, _Points]:
    return [], []


def _tented_arch(rng: np.random.Generator) -> tuple[_Points, _Points]:
    x = rng.normal(0.0, 10.0)
    return [(x, rng.normal(0.0, 12.0))], [(x + rng.normal(0.0, 5.0), rng.uniform(60.0, 110.0))]


def _loop(side: float, rng: np.random.Generator) -> tuple[_Points, _Points]:
    core = (rng.normal(0.0, 12.0), rng.normal(-40.0, 25.0))
    return [core], [(side * rng.uniform(15.0, 100.0), core[1] + rng.uniform(85.0, 185.0))]


def _left_loop(rng: np.random.Generator) -> tuple[_Points, _Points]:
    return _loop(1.0, rng)


def _right_loop(rng: np.random.Generator) -> tuple[_Points, _Points]:
    return _loop(-1.0, rng)


def _whorl(rng: np.random.Generator) -> tuple[_Points, _Points]:
    x, y = rng.normal(0.0, 12.0), rng.normal(-10.0, 15.0)
    apart, tilt = rng.uniform(6.0, 38.0), rng.normal(0.5 * math.pi, 0.35)
    dx, dy = apart * math.cos(tilt), apart * math.sin(tilt)
    cores = [(x + dx, y - dy), (x - dx, y + dy)]
    left = (-rng.uniform(75.0, 140.0), y + rng.uniform(90.0, 190.0))
    right = (rng.uniform(75.0, 140.0), y + rng.uniform(90.0, 190.0))
    return cores, [left, right]


_SINGULARITIES = {
    Pattern.ARCH: _arch,
    Pattern.TENTED_ARCH: _tented_arch,
    Pattern.LEFT_LOOP: _left_loop,
    Pattern.RIGHT_LOOP: _right_loop,
    Pattern.WHORL: _whorl,
}
