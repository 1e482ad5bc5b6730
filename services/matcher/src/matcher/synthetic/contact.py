"""Which part of a finger touches the sensor, and how it is rotated, shifted and stretched there.

The same contact maps minutiae (points of the finger to the sensor) and, inverted, whole images.
Corresponds to the steps "contact region" and "skin distortion" of SFinGe.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.synthetic.array_math import cosine, sine

SENSOR_WIDTH, SENSOR_HEIGHT = 360, 400
"""Size of the synthetic sensor in pixels at 500 dpi."""
FULL_CONTACT = 0.95
"""Elliptic radius (see `elliptic_radius`) from which the skin begins to leave the sensor."""
LIVE_SCAN = 0.5
"""Capture difficulty of a supervised live scan: most are rotated by less than 15 degrees."""
FVC2002 = 1.0
"""Capture difficulty of the FVC2002 databases, where volunteers deliberately pressed, rotated,
dried and wetted their fingers."""
_CONVERGED = 1e-6
"""Pixels by which a step of `sensor_to_finger` moves a point that it has found."""
_ANY_ROTATION = 0.5
"""Share of impressions rotated by any angle, per unit of capture difficulty above `FVC2002`."""

Floats = NDArray[np.float64]


class Contact(NamedTuple):
    """Contact of a finger with the sensor; pixels and radians, y down. A tuple for kernels.

    matrix: float64 (2, 2), stretch, shear and rotation of the whole finger.
    waves: float64 (w, 5), smooth skin displacement: (x amplitude, y amplitude, x frequency,
        y frequency, phase), applied before `matrix`.
    finger_centre: float64 (2,), the point of the finger in the middle of the contact area.
    sensor_centre: float64 (2,), the sensor pixel on which it lies.
    half_axes, tilt: the elliptic contact area around `finger_centre`.
    """

    matrix: NDArray[np.float64]
    waves: NDArray[np.float64]
    finger_centre: NDArray[np.float64]
    sensor_centre: NDArray[np.float64]
    half_axes: tuple[float, float]
    tilt: float


@compiled
def draw_difficulty(rng: np.random.Generator, capture_difficulty: float) -> float:
    """Draw the difficulty of one impression, 0 or more; its mean is `capture_difficulty`.

    Gamma distributed: mostly less than the mean, sometimes up to 2.5 times as much.
    """
    return float(capture_difficulty * min(2.5, rng.gamma(2.5, 0.4)))


@compiled
def draw_contact(rng: np.random.Generator, difficulty: float, capture_difficulty: float) -> Contact:
    """Draw the contact of one impression.

    difficulty: of this impression; at 0 it is full, nearly upright and not distorted.
    capture_difficulty: of the population of impressions; above `FVC2002` some have any rotation.
    """
    rotation = rng.normal(0.0, 0.03 + difficulty * (0.3 if rng.random() < 0.2 else 0.05))
    if rng.random() < _ANY_ROTATION * (capture_difficulty - FVC2002):
        rotation = rng.uniform(-math.pi, math.pi)
    stretch = np.eye(2) + difficulty * rng.normal(0.0, 0.012, (2, 2))
    cos, sin = math.cos(rotation), math.sin(rotation)
    matrix = np.empty((2, 2))
    matrix[0] = cos * stretch[0] + sin * stretch[1]
    matrix[1] = cos * stretch[1] - sin * stretch[0]
    shift = np.clip(rng.normal(0.0, 1.0, 2), -2.5, 2.5)
    half_width = rng.uniform(max(70.0, 140.0 - 34.0 * difficulty), 155.0)
    waves = _draw_waves(rng, difficulty)
    sensor_x = rng.normal(SENSOR_WIDTH / 2, 4.0 + 12.0 * difficulty)
    sensor_y = rng.normal(SENSOR_HEIGHT / 2, 4.0 + 15.0 * difficulty)
    half_height = half_width * rng.uniform(1.15, 1.45)
    return Contact(
        matrix,
        waves,
        shift * np.array([6.0 + 19.0 * difficulty, 8.0 + 24.0 * difficulty]),
        np.array([sensor_x, sensor_y]),
        (half_width, half_height),
        rng.normal(0.0, 0.15),
    )


@compiled
def _draw_waves(rng: np.random.Generator, difficulty: float) -> NDArray[np.float64]:
    """Draw three long waves that displace the skin by a few pixels."""
    waves = np.empty((3, 5))
    waves[:, :2] = rng.normal(0.0, 1.85 * difficulty, (3, 2))
    waves[:, 2:4] = rng.normal(0.0, 2.0 * math.pi / 400.0, (3, 2))
    waves[:, 4] = rng.uniform(0.0, 2.0 * math.pi, 3)
    # The strain is at most two fifths, so that the iteration in `sensor_to_finger` converges.
    strain = 0.0
    for x, y, along_x, along_y, _ in waves:
        strain += math.hypot(x, y) * math.hypot(along_x, along_y)
    waves[:, :2] *= min(1.0, 0.4 / max(strain, 0.01))
    return waves


@compiled
def elliptic_radius(contact: Contact, x: float, y: float) -> float:
    """Return where point (x, y) of the finger lies in the contact area: 0 centre, 1 border."""
    cos, sin = math.cos(contact.tilt), math.sin(contact.tilt)
    dx, dy = x - contact.finger_centre[0], y - contact.finger_centre[1]
    u = (cos * dx + sin * dy) / contact.half_axes[0]
    v = (cos * dy - sin * dx) / contact.half_axes[1]
    return math.sqrt(u * u + v * v)


@compiled
def finger_to_sensor(contact: Contact, x: float, y: float) -> tuple[float, float]:
    """Return the sensor pixel (column, row) on which point (x, y) of the finger lies."""
    u, v = x - contact.finger_centre[0], y - contact.finger_centre[1]
    for i in range(len(contact.waves)):
        wave = contact.waves[i]
        sine = math.sin(wave[2] * x + wave[3] * y + wave[4])
        u += wave[0] * sine
        v += wave[1] * sine
    m = contact.matrix
    return (
        m[0, 0] * u + m[0, 1] * v + contact.sensor_centre[0],
        m[1, 0] * u + m[1, 1] * v + contact.sensor_centre[1],
    )


@compiled
def direction_on_sensor(contact: Contact, x: float, y: float, angle: float) -> float:
    """Return the direction on the sensor of direction `angle` at point (x, y) of the finger.

    Both in radians counter-clockwise (y up).
    """
    cos, sin = turned_on_sensor(contact, x, y, math.cos(angle), math.sin(angle))
    return math.atan2(sin, cos)


@compiled
def turned_on_sensor(
    contact: Contact, x: float, y: float, cos: float, sin: float
) -> tuple[float, float]:
    """Return what a direction at point (x, y) of the finger is on the sensor, not of unit length.

    As its parts along x and, upwards, along y; so is the direction given, which is of unit length.
    """
    u0, v0 = finger_to_sensor(contact, x - cos, y + sin)
    u1, v1 = finger_to_sensor(contact, x + cos, y - sin)
    return u1 - u0, v0 - v1


@compiled
def turned_on_sensor_all(
    contact: Contact, x: Floats, y: Floats, cos: Floats, sin: Floats
) -> tuple[Floats, Floats]:
    """Return the same of many directions, each at a point of its own, all (n,)."""
    u, v = 2.0 * cos, -2.0 * sin
    for i in range(len(contact.waves)):
        wave_x, wave_y, along_x, along_y, phase = contact.waves[i]
        for k in range(len(x)):
            middle = along_x * x[k] + along_y * y[k] + phase
            apart = along_x * cos[k] - along_y * sin[k]
            sines = 2.0 * cosine(middle) * sine(apart)  # difference of two sines
            u[k] += wave_x * sines
            v[k] += wave_y * sines
    m = contact.matrix
    return m[0, 0] * u + m[0, 1] * v, -(m[1, 0] * u + m[1, 1] * v)


@compiled
def sensor_to_finger(contact: Contact, u: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Return the points of the finger that lie on sensor pixels (u, v), all float64 (n,).

    Inverse of `finger_to_sensor`, by at most twelve steps of a fixed-point iteration.
    """
    m = contact.matrix
    determinant = m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
    du, dv = u - contact.sensor_centre[0], v - contact.sensor_centre[1]
    flat_x = (m[1, 1] * du - m[0, 1] * dv) / determinant + contact.finger_centre[0]
    flat_y = (m[0, 0] * dv - m[1, 0] * du) / determinant + contact.finger_centre[1]
    x, y = flat_x.copy(), flat_y.copy()
    moves = np.ones(len(u), np.bool_)
    for _ in range(12):
        shift_x, shift_y = _shifts(contact, x, y)
        for k in range(len(u)):
            new_x, new_y = flat_x[k] - shift_x[k], flat_y[k] - shift_y[k]
            step = abs(new_x - x[k]) + abs(new_y - y[k])
            x[k], y[k] = new_x if moves[k] else x[k], new_y if moves[k] else y[k]
            moves[k] &= step >= _CONVERGED
        if not moves.any():
            break
    return x, y


@compiled
def _shifts(contact: Contact, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return by how much the waves displace the skin at points of the finger, (n,) each."""
    shift_x, shift_y = np.zeros(len(x)), np.zeros(len(x))
    for i in range(len(contact.waves)):
        wave_x, wave_y, along_x, along_y, phase = contact.waves[i]
        for k in range(len(x)):
            height = sine(along_x * x[k] + along_y * y[k] + phase)
            shift_x[k] += wave_x * height
            shift_y[k] += wave_y * height
    return shift_x, shift_y
