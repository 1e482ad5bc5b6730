"""Generates the master fingerprint of a synthetic finger: its ridge field and its minutiae."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.synthetic.minutiae_placement import place_minutiae
from matcher.synthetic.pattern_class import PatternClass, draw_pattern_class, draw_ridge_field
from matcher.synthetic.ridge_field import RidgeField

MasterMinutiae = tuple[
    NDArray[np.float64], NDArray[np.float64], NDArray[np.uint8], NDArray[np.float64]
]


@dataclass(frozen=True, slots=True, eq=False)
class MasterFingerprint:
    """What all impressions of a synthetic finger have in common (SFinGe's master fingerprint).

    seed: number of the finger.
    pattern: class of its ridge pattern; field: orientation and period of its ridges.
    xy: float64 (n, 2), pixels at 500 dpi from the middle of the finger, x right, y down.
    angle: float64 (n,), radians counter-clockwise (y up), in [0, 2 pi).
    kind: uint8 (n,), 1 ending, 2 bifurcation.
    clarity: float64 (n,), 0 to 1: how reliably an extractor finds this minutia.
    """

    seed: int
    pattern: PatternClass
    field: RidgeField
    xy: NDArray[np.float64]
    angle: NDArray[np.float64]
    kind: NDArray[np.uint8]
    clarity: NDArray[np.float64]


def generate_master(seed: int) -> MasterFingerprint:
    """Return the finger of this number (0 or more); the same number gives the same finger."""
    rng = np.random.default_rng(seed)
    pattern = draw_pattern_class(rng)
    field = draw_ridge_field(pattern, rng)
    return MasterFingerprint(seed, PatternClass(pattern), field, *draw_minutiae(field, rng))


def same_flow_impostor(original: MasterFingerprint, seed: int) -> MasterFingerprint:
    """Return another finger with the ridge field of `original`: the most similar of impostors.

    Only the minutiae differ; they are placed on that field independently of the original's.
    seed: 0 or more; becomes the finger's own, and with `original` determines it.
    """
    rng = np.random.default_rng((seed, original.seed, 3))
    minutiae = draw_minutiae(original.field, rng)
    return MasterFingerprint(seed, original.pattern, original.field, *minutiae)


@compiled
def draw_minutiae(field: RidgeField, rng: np.random.Generator) -> MasterMinutiae:
    """Draw minutiae on a ridge field: xy, angle, kind and clarity, as in `MasterFingerprint`."""
    per_square_pixel = rng.uniform(0.17, 0.31) / 19.685**2
    count = int(per_square_pixel * math.pi * field.half_width * field.half_height)
    xy, angle = place_minutiae(field, count, per_square_pixel, rng)
    kind = np.where(rng.random(count) < 0.72, 1, 2).astype(np.uint8)
    return xy, angle, kind, draw_clarities(count, rng)


@compiled
def draw_clarities(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw how reliably each minutia is found, (count,), 0 to 1: most nearly always."""
    is_any, any_clarity = rng.random(count) < 0.25, rng.random(count)
    return np.where(is_any, any_clarity, rng.beta(8.0, 1.0, count))
