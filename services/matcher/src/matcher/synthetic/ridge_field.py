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

from matcher.jit import compiled


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
    above_base = 1.0 / (1.0 + math.exp((y - 90.0) / 45.0))
    theta -= field.arching[0 if x < 0.0 else 1] * above_base * math.tanh(x / 70.0)
    bend = x / 45.0 * math.exp(0.5 - 0.5 * (x / 45.0) ** 2 - (y / 110.0) ** 2)
    theta -= field.arch_steepness * bend
    return math.atan2(long * math.sin(theta), math.cos(theta))


@compiled
def ridge_period(field: RidgeField, x: float, y: float) -> float:
    """Return the distance from one ridge to the next at (x, y), pixels."""
    amplitude, along_x, along_y, phase = field.period_variation
    base = 1.0 / (1.0 + math.exp((80.0 - y) / 50.0))
    wave = amplitude * math.sin(along_x * x + along_y * y + phase)
    return field.mean_period * (1.0 + field.base_coarsening * (base - 0.3) + wave)


@compiled
def _wave_vector(field: RidgeField, x: float, y: float, towards: float) -> tuple[float, float]:
    """Return the gradient of the ridge phase (y down), its sign such that it points `towards`."""
    across = ridge_orientation(field, x, y) + 0.5 * math.pi
    size = 2.0 * math.pi / ridge_period(field, x, y)
    if math.cos(across - towards) < 0.0:
        size = -size
    return size * math.cos(across), -size * math.sin(across)


@compiled
def signed_minutia_density(field: RidgeField, x: float, y: float) -> float:
    """Return how many more ridges begin than end per square pixel at (x, y).

    Seen along `ridge_orientation`. A ridge pattern is the cosine of a phase; minutiae are the
    points around which the phase winds by one turn, and their signed density is the curl of the
    wave vector over 2 pi (Larkin and Fletcher, Optics Express 15(14), 2007). Where it is positive
    more minutiae point along `ridge_orientation` than against it.
    """
    step = 4.0
    across = ridge_orientation(field, x, y) + 0.5 * math.pi
    right = _wave_vector(field, x + step, y, across)[1]
    left = _wave_vector(field, x - step, y, across)[1]
    below = _wave_vector(field, x, y + step, across)[0]
    above = _wave_vector(field, x, y - step, across)[0]
    return (left - right + below - above) / (2.0 * step) / (2.0 * math.pi)
