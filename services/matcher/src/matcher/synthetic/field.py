"""Ridge direction and ridge distance of a finger, everywhere on it.

Zero-pole model of Sherlock and Monro (Pattern Recognition 26(7), 1993): each core turns the
ridges by half an angle, each delta by half an angle the other way. It leaves the flanks too flat,
so the pattern is drawn out along the finger, and an arching term bends the ridges around its tip.

Positions are pixels at 500 dpi from the middle of the finger, x to the right, y down; directions
are radians counter-clockwise (y up), as ISO/IEC 19794-2 has them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled


class Field(NamedTuple):
    """Direction and distance of ridges as parameters; a tuple, so that kernels can take it.

    cores, deltas: float64 (k, 2), positions; k = 0, 1 or 2.
    turn: radians added everywhere, so that the ridges of the base lie level.
    arching: radians by which the ridges fall off to the left and to the right of the middle.
    hump: radians of the steep tent in the middle of an arch.
    period: pixels from ridge to ridge, on average.
    coarsening: share by which the period is longer at the base than at the tip.
    ripple: (amplitude as a share, x and y frequency in radians a pixel, phase) of its variation.
    elongation: how many times the pattern is longer than the model's, along the finger.
    half_width, half_height: half axes of the finger's elliptic surface, pixels.
    """

    cores: NDArray[np.float64]
    deltas: NDArray[np.float64]
    turn: float
    arching: tuple[float, float]
    hump: float
    period: float
    coarsening: float
    ripple: tuple[float, float, float, float]
    elongation: float
    half_width: float
    half_height: float


@compiled
def orientation(field: Field, x: float, y: float) -> float:
    """Direction of the ridges at (x, y) in radians; meaningful up to half turns."""
    long = field.elongation
    theta = field.turn
    for i in range(len(field.cores)):
        theta += 0.5 * math.atan2((field.cores[i, 1] - y) / long, x - field.cores[i, 0])
    for i in range(len(field.deltas)):
        theta -= 0.5 * math.atan2((field.deltas[i, 1] - y) / long, x - field.deltas[i, 0])
    above_base = 1.0 / (1.0 + math.exp((y - 90.0) / 45.0))
    theta -= field.arching[0 if x < 0.0 else 1] * above_base * math.tanh(x / 70.0)
    tent = x / 45.0 * math.exp(0.5 - 0.5 * (x / 45.0) ** 2 - (y / 110.0) ** 2)
    theta -= field.hump * tent
    return math.atan2(long * math.sin(theta), math.cos(theta))


@compiled
def period(field: Field, x: float, y: float) -> float:
    """Pixels from one ridge to the next at (x, y)."""
    amplitude, along_x, along_y, phase = field.ripple
    base = 1.0 / (1.0 + math.exp((80.0 - y) / 50.0))
    wave = amplitude * math.sin(along_x * x + along_y * y + phase)
    return field.period * (1.0 + field.coarsening * (base - 0.3) + wave)


@compiled
def _wave_vector(field: Field, x: float, y: float, towards: float) -> tuple[float, float]:
    """Gradient of the ridge phase (y down), in the sense nearest to direction `towards`."""
    across = orientation(field, x, y) + 0.5 * math.pi
    size = 2.0 * math.pi / period(field, x, y)
    if math.cos(across - towards) < 0.0:
        size = -size
    return size * math.cos(across), -size * math.sin(across)


@compiled
def charge(field: Field, x: float, y: float) -> float:
    """Ridges born per square pixel at (x, y), seen in the direction of `orientation`.

    A ridge pattern is the cosine of a phase; minutiae are the points around which the phase
    winds by one turn, and their signed density is the curl of the wave vector over 2 pi
    (Larkin and Fletcher, Optics Express 15(14), 2007). Where it is positive (counter-clockwise,
    the phase growing to the left) more minutiae point along `orientation` than against it.
    """
    step = 4.0
    across = orientation(field, x, y) + 0.5 * math.pi
    right = _wave_vector(field, x + step, y, across)[1]
    left = _wave_vector(field, x - step, y, across)[1]
    below = _wave_vector(field, x, y + step, across)[0]
    above = _wave_vector(field, x, y - step, across)[0]
    return (left - right + below - above) / (2.0 * step) / (2.0 * math.pi)
