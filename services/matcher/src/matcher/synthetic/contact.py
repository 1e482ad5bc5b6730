"""How a finger meets the sensor: where, how turned, how stretched, which part.

The same contact carries minutiae (points) and, backwards, whole images.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.synthetic.compiled import compiled

WIDTH, HEIGHT = 360, 400
"""Pixels of the synthetic sensor at 500 dpi."""


class Contact(NamedTuple):
    """One touch; a tuple, so that kernels can take it. Pixels and radians, y down.

    matrix: float64 (2, 2), stretch, shear and turn of the whole finger.
    waves: float64 (w, 5), smooth skin displacement: (x amplitude, y amplitude, x frequency,
        y frequency, phase), applied before `matrix`.
    centre: float64 (2,), the point of the finger in the middle of the touching patch.
    middle: float64 (2,), the sensor pixel on which it lies.
    half_axes, tilt: the elliptic patch of skin that touches, around `centre`.
    """

    matrix: NDArray[np.float64]
    waves: NDArray[np.float64]
    centre: NDArray[np.float64]
    middle: NDArray[np.float64]
    half_axes: tuple[float, float]
    tilt: float


def touch(rng: np.random.Generator, hardness: float) -> Contact:
    """Draw a contact; hardness 0 is a full, straight, unstretched print, 1 is as in FVC2002."""
    turn = rng.normal(0.0, 0.04 + 0.16 * hardness)
    if rng.random() < min(0.15, 0.5 * (hardness - 1.0)):
        turn = rng.uniform(-math.pi, math.pi)
    stretch = np.eye(2) + hardness * rng.normal(0.0, 0.025, (2, 2))
    cos, sin = math.cos(turn), math.sin(turn)
    waves = np.empty((3, 5))
    waves[:, :2] = rng.normal(0.0, 3.5 * hardness, (3, 2))
    waves[:, 2:4] = rng.normal(0.0, 2.0 * math.pi / 300.0, (3, 2))
    waves[:, 4] = rng.uniform(0.0, 2.0 * math.pi, 3)
    half_width = rng.uniform(130.0 - 40.0 * hardness, 155.0)
    return Contact(
        matrix=np.array([[cos, sin], [-sin, cos]]) @ stretch,
        waves=waves,
        centre=rng.normal(0.0, 1.0, 2) * np.array([6.0 + 24.0 * hardness, 8.0 + 32.0 * hardness]),
        middle=rng.normal((WIDTH / 2, HEIGHT / 2), (4.0 + 22.0 * hardness, 4.0 + 28.0 * hardness)),
        half_axes=(half_width, half_width * rng.uniform(1.15, 1.45)),
        tilt=rng.normal(0.0, 0.15),
    )


@compiled
def depth(contact: Contact, x: float, y: float) -> float:
    """0 in the middle of the touching patch, 1 on its border, more outside it (finger frame)."""
    cos, sin = math.cos(contact.tilt), math.sin(contact.tilt)
    dx, dy = x - contact.centre[0], y - contact.centre[1]
    u = (cos * dx + sin * dy) / contact.half_axes[0]
    v = (cos * dy - sin * dx) / contact.half_axes[1]
    return math.sqrt(u * u + v * v)


@compiled
def place(contact: Contact, x: float, y: float) -> tuple[float, float]:
    """The sensor pixel on which point (x, y) of the finger comes to lie."""
    u, v = x - contact.centre[0], y - contact.centre[1]
    for i in range(len(contact.waves)):
        wave = contact.waves[i]
        swing = math.sin(wave[2] * x + wave[3] * y + wave[4])
        u += wave[0] * swing
        v += wave[1] * swing
    m = contact.matrix
    return (
        m[0, 0] * u + m[0, 1] * v + contact.middle[0],
        m[1, 0] * u + m[1, 1] * v + contact.middle[1],
    )


@compiled
def turned(contact: Contact, x: float, y: float, angle: float) -> float:
    """Direction `angle` at point (x, y) of the finger, as it lies on the sensor; radians."""
    ahead, aside = math.cos(angle), -math.sin(angle)
    u0, v0 = place(contact, x - ahead, y - aside)
    u1, v1 = place(contact, x + ahead, y + aside)
    return math.atan2(v0 - v1, u1 - u0)


@compiled
def lift(contact: Contact, u: float, v: float) -> tuple[float, float]:
    """The point of the finger that lies on sensor pixel (u, v): `place` backwards."""
    m = contact.matrix
    size = m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
    du, dv = u - contact.middle[0], v - contact.middle[1]
    flat_x = (m[1, 1] * du - m[0, 1] * dv) / size + contact.centre[0]
    flat_y = (m[0, 0] * dv - m[1, 0] * du) / size + contact.centre[1]
    x, y = flat_x, flat_y
    for _ in range(12):
        shift_x, shift_y = 0.0, 0.0
        for i in range(len(contact.waves)):
            wave = contact.waves[i]
            swing = math.sin(wave[2] * x + wave[3] * y + wave[4])
            shift_x += wave[0] * swing
            shift_y += wave[1] * swing
        x, y = flat_x - shift_x, flat_y - shift_y
    return x, y
