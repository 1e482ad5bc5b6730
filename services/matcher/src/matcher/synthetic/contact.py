"""How a finger meets the sensor: where, how turned, how stretched, which part.

The same contact carries minutiae (points) and, backwards, whole images.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled

WIDTH, HEIGHT = 360, 400
"""Pixels of the synthetic sensor at 500 dpi."""
TOUCHING = 0.95
"""`depth` at which the skin begins to leave the sensor."""
LIVE_SCAN = 0.5
"""Hardness of a supervised capture on a good sensor: turned by less than 15 degrees mostly."""
COMPETITION = 1.0
"""Hardness of the FVC2002 sets: people who press, turn, dry and wet their fingers on purpose."""
_ANY_TURN = 0.5
"""Share of touches turned by any angle for each unit of hardness above `COMPETITION`."""


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


def severity(rng: np.random.Generator, hardness: float) -> float:
    """How bad this touch is: `hardness` on average, mostly less, sometimes much more."""
    return float(hardness * min(2.5, rng.gamma(2.5, 0.4)))


def touch(rng: np.random.Generator, severity: float, hardness: float) -> Contact:
    """Draw a contact; severity 0 is a full, nearly straight, unstretched print."""
    turn = rng.normal(0.0, 0.03 + severity * (0.3 if rng.random() < 0.2 else 0.05))
    if rng.random() < _ANY_TURN * (hardness - COMPETITION):
        turn = rng.uniform(-math.pi, math.pi)
    stretch = np.eye(2) + severity * rng.normal(0.0, 0.012, (2, 2))
    cos, sin = math.cos(turn), math.sin(turn)
    shift = np.clip(rng.normal(0.0, 1.0, 2), -2.5, 2.5)
    half_width = rng.uniform(max(70.0, 140.0 - 34.0 * severity), 155.0)
    return Contact(
        matrix=np.array([[cos, sin], [-sin, cos]]) @ stretch,
        waves=_waves(rng, severity),
        centre=shift * (6.0 + 19.0 * severity, 8.0 + 24.0 * severity),
        middle=rng.normal((WIDTH / 2, HEIGHT / 2), (4.0 + 12.0 * severity, 4.0 + 15.0 * severity)),
        half_axes=(half_width, half_width * rng.uniform(1.15, 1.45)),
        tilt=rng.normal(0.0, 0.15),
    )


def _waves(rng: np.random.Generator, severity: float) -> NDArray[np.float64]:
    """Three long waves of displacement by a few pixels."""
    waves = np.empty((3, 5))
    waves[:, :2] = rng.normal(0.0, 1.85 * severity, (3, 2))
    waves[:, 2:4] = rng.normal(0.0, 2.0 * math.pi / 400.0, (3, 2))
    waves[:, 4] = rng.uniform(0.0, 2.0 * math.pi, 3)
    # Skin gives way by two fifths and no more; so `lift` always converges.
    strain = np.sum(np.hypot(*waves[:, :2].T) * np.hypot(*waves[:, 2:4].T))
    waves[:, :2] *= min(1.0, 0.4 / max(strain, 0.01))
    return waves


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
