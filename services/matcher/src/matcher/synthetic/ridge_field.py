"""Ridge orientation and ridge period at every point of a synthetic finger.

Zero-pole model of Sherlock and Monro ("A model for interpreting fingerprint topology", Pattern
Recognition 26(7), 1993): each core rotates the ridges by half its polar angle, each delta by half
its polar angle the other way. That model makes the ridges at the flanks too straight, so the
pattern is stretched along the finger, and an arching term bends the ridges around the fingertip.

Positions are pixels at 500 dpi from the middle of the finger, x to the right, y down; directions
are radians counter-clockwise (y up), as in ISO/IEC 19794-2.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled, inlined
from matcher.synthetic.array_math import cosine, exponential, ratio, sine

_TINY = 1e-300

Floats = NDArray[np.float64]


class RidgeField(NamedTuple):
    """Parameters of ridge orientation and ridge period; a tuple, so that kernels can take it.

    cores, deltas: float64 (k, 2), positions; k = 0, 1 or 2.
    rotation: radians added everywhere, so that the ridges at the base are horizontal.
    arching: radians by which the ridges slope down to the left and to the right of the middle.
    arch_steepness: radians of the steep bend in the middle of an arch.
    mean_period: pixels from ridge to ridge, on average.
    base_coarsening: share by which the period is longer at the base than at the tip.
    period_variation: (amplitude as a share, x and y frequency in radians a pixel, phase).
    elongation: factor by which the pattern is longer, along the finger, than the model's.
    half_width, half_height: half axes of the finger's elliptic surface, pixels.
    """

    cores: NDArray[np.float64]
    deltas: NDArray[np.float64]
    rotation: float
    arching: tuple[float, float]
    arch_steepness: float
    mean_period: float
    base_coarsening: float
    period_variation: tuple[float, float, float, float]
    elongation: float
    half_width: float
    half_height: float


@compiled
def ridge_orientation(field: RidgeField, x: float, y: float) -> float:
    """Return the ridge orientation at (x, y) in radians; defined up to half turns."""
    long = field.elongation
    theta = field.rotation
    for i in range(len(field.cores)):
        theta += 0.5 * math.atan2((field.cores[i, 1] - y) / long, x - field.cores[i, 0])
    for i in range(len(field.deltas)):
        theta -= 0.5 * math.atan2((field.deltas[i, 1] - y) / long, x - field.deltas[i, 0])
    theta -= _bending(field, x, y)
    return math.atan2(long * math.sin(theta), math.cos(theta))


@inlined
def _bending(field: RidgeField, x: float, y: float) -> float:
    """Return by how many radians the ridges slope down at (x, y) besides the zero-pole model."""
    below, left = exponential((y - 90.0) / 45.0), exponential(x / -35.0)
    aside = ratio(1.0 - left, (1.0 + left) * (1.0 + below))  # tanh(x / 70) above the base
    slope = (field.arching[0] if x < 0.0 else field.arching[1]) * aside
    bend = x / 45.0 * exponential(0.5 - 0.5 * (x / 45.0) ** 2 - (y / 110.0) ** 2)
    return slope + field.arch_steepness * bend


@compiled
def ridge_period(field: RidgeField, x: float, y: float) -> float:
    """Return the distance from one ridge to the next at (x, y), pixels."""
    amplitude, along_x, along_y, phase = field.period_variation
    base = 1.0 / (1.0 + math.exp((80.0 - y) / 50.0))
    wave = amplitude * math.sin(along_x * x + along_y * y + phase)
    return field.mean_period * (1.0 + field.base_coarsening * (base - 0.3) + wave)


@inlined
def _half_turn(x: float, y: float) -> tuple[float, float]:
    """Return cosine and sine of half the angle of (x, y), which lies above -pi and up to pi.

    Their sine is 0, and their cosine above 0, if both are 0.
    """
    size = math.sqrt(max(x * x + y * y, _TINY))
    cos, sin = ratio(x, size), ratio(y, size)
    longer = math.sqrt(0.5 + 0.5 * abs(cos))
    shorter = ratio(0.5 * abs(sin), longer)
    ahead = cos >= 0.0  # as selections, not as a branch, so that loops are vectorised
    half_sin = shorter if ahead else longer
    return longer if ahead else shorter, half_sin if sin >= 0.0 else -half_sin


@inlined
def _stretched(long: float, cos: float, sin: float) -> tuple[float, float]:
    """Return cosine and sine of a direction in a pattern stretched by `elongation`."""
    size = math.sqrt(cos * cos + long * long * sin * sin)
    return ratio(cos, size), ratio(long * sin, size)


@compiled
def ridge_direction(field: RidgeField, x: float, y: float) -> tuple[float, float]:
    """Return cosine and sine of `ridge_orientation`, or of the opposite direction."""
    long = field.elongation
    twice = 2.0 * (field.rotation - _bending(field, x, y))
    cos, sin = cosine(twice), sine(twice)
    for i in range(len(field.cores)):
        c, s = x - field.cores[i, 0], (field.cores[i, 1] - y) / long
        cos, sin = cos * c - sin * s, sin * c + cos * s
    for i in range(len(field.deltas)):
        c, s = x - field.deltas[i, 0], (field.deltas[i, 1] - y) / long
        cos, sin = cos * c + sin * s, sin * c - cos * s
    cos, sin = _half_turn(cos, sin)
    return _stretched(long, cos, sin)


@compiled
def ridge_directions(field: RidgeField, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the same at many points, all (n,)."""
    long = field.elongation
    cos, sin = np.empty(len(x)), np.empty(len(x))
    for k in range(len(x)):
        twice = 2.0 * (field.rotation - _bending(field, x[k], y[k]))
        cos[k], sin[k] = cosine(twice), sine(twice)
    for core_x, core_y in field.cores:
        for k in range(len(x)):
            c, s = x[k] - core_x, (core_y - y[k]) / long
            cos[k], sin[k] = cos[k] * c - sin[k] * s, sin[k] * c + cos[k] * s
    for delta_x, delta_y in field.deltas:
        for k in range(len(x)):
            c, s = x[k] - delta_x, (delta_y - y[k]) / long
            cos[k], sin[k] = cos[k] * c + sin[k] * s, sin[k] * c - cos[k] * s
    for k in range(len(x)):
        half_cos, half_sin = _half_turn(cos[k], sin[k])
        cos[k], sin[k] = _stretched(long, half_cos, half_sin)
    return cos, sin


@compiled
def _wave_vector(
    field: RidgeField, x: float, y: float, cos: float, sin: float
) -> tuple[float, float]:
    """Return the gradient of the ridge phase (y down).

    Its sign is such that it points to the left of the direction of this cosine and sine.
    """
    cos_here, sin_here = ridge_direction(field, x, y)
    size = 2.0 * math.pi / ridge_period(field, x, y)
    if cos * cos_here + sin * sin_here < 0.0:
        size = -size
    return -size * sin_here, -size * cos_here


@compiled
def signed_minutia_density(field: RidgeField, x: float, y: float) -> float:
    """Return how many more ridges begin than end per square pixel at (x, y).

    Seen along `ridge_orientation`. A ridge pattern is the cosine of a phase; minutiae are the
    points around which the phase winds by one turn, and their signed density is the curl of the
    wave vector over 2 pi (Larkin and Fletcher, Optics Express 15(14), 2007). Where it is positive
    more minutiae point along `ridge_orientation` than against it.
    """
    along = ridge_orientation(field, x, y)
    return minutia_density_along(field, x, y, math.cos(along), math.sin(along))


@compiled
def minutia_density_along(field: RidgeField, x: float, y: float, cos: float, sin: float) -> float:
    """Return the same, seen along a direction of this cosine and sine."""
    step = 4.0
    right = _wave_vector(field, x + step, y, cos, sin)[1]
    left = _wave_vector(field, x - step, y, cos, sin)[1]
    below = _wave_vector(field, x, y + step, cos, sin)[0]
    above = _wave_vector(field, x, y - step, cos, sin)[0]
    return (left - right + below - above) / (2.0 * step) / (2.0 * math.pi)
