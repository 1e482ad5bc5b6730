"""Pictures of synthetic fingers as a sensor of 500 dpi takes them, with the true minutiae."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from matcher.fingerprint.minutiae import Minutiae
from matcher.synthetic import growth
from matcher.synthetic.compiled import compiled
from matcher.synthetic.contact import HEIGHT, WIDTH, Contact, depth, lift, place, touch, turned
from matcher.synthetic.growth import Ridges
from matcher.synthetic.impressions import COMPETITION
from matcher.synthetic.patterns import Master
from matcher.synthetic.skin import Image, clouds

_MESH = 8
"""Pixels between the points at which the contact is computed; between them it is even."""


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """A picture and its truth.

    image: uint8 (h, w), 500 dpi, ridges dark.
    minutiae: all that the touching skin has, with quality 0 (not reported).
    origin: int32 (n,), for each minutia its index in the grown master.
    """

    image: NDArray[np.uint8]
    minutiae: Minutiae
    origin: NDArray[np.int32]


class Ink(NamedTuple):
    """How the skin shows on the sensor.

    wet: from -1, dry (thin, broken ridges), to 1, wet (ridges run together).
    uneven: deviation of wetness over the finger.
    grain: deviation of the fine noise that breaks ridges and bridges valleys.
    dark, bright: grey of ridges and of the empty sensor.
    shading, noise: deviation of greys of the sensor, over centimetres and between pixels.
    """

    wet: float
    uneven: float
    grain: float
    dark: float
    bright: float
    shading: float
    noise: float


def render_master(master: Master) -> Ridges:
    """Grow the ridges of `master`: about 0.2 s; keep them for all prints of the finger."""
    return growth.grow(master)


def print_image(ridges: Ridges, seed: int, *, hardness: float = COMPETITION) -> Print:
    """One touch of a grown finger; `seed` and `hardness` as for `impressions.impression`."""
    rng = np.random.default_rng((seed, ridges.master.seed, 2))
    contact = touch(rng, hardness)
    ink = _ink(rng, hardness)
    relief, border = _pressed(ridges.relief, contact)
    image = _exposed(relief, border, ink, rng)
    minutiae, origin = _truth(ridges.master, contact)
    return Print(image, minutiae, origin)


def _ink(rng: np.random.Generator, hardness: float) -> Ink:
    dark = rng.uniform(15.0, 60.0)
    return Ink(
        wet=rng.normal(0.0, 0.12 + 0.3 * hardness),
        uneven=0.1 + hardness * rng.uniform(0.05, 0.35),
        grain=0.1 + hardness * rng.uniform(0.05, 0.45),
        dark=dark,
        bright=min(250.0, dark + rng.uniform(200.0 - 90.0 * hardness, 230.0)),
        shading=rng.uniform(0.0, 8.0),
        noise=rng.uniform(1.0, 5.0),
    )


def _exposed(relief: Image, border: Image, ink: Ink, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Greys of a relief (h, w) of which only `border` below about 1 touches the sensor."""
    shape = relief.shape
    wetness = ink.wet + ink.uneven * (clouds(rng, shape, 70.0) + 0.7 * clouds(rng, shape, 9.0))
    touching = relief + wetness + ink.grain * clouds(rng, shape, 2.2)
    # Skin loses the sensor over some ridges, and not along a neat line.
    ragged = border + 0.03 * clouds(rng, shape, 30.0)
    touching -= 3.0 * np.maximum(0.0, ragged - 0.93) / 0.07
    contrast = 0.5 + 0.5 * np.tanh(2.5 * touching)
    grey = ink.bright + (ink.dark - ink.bright) * ndimage.gaussian_filter(contrast, 0.6)
    grey += ink.shading * clouds(rng, shape, 150.0)
    grey += ink.noise * rng.standard_normal(shape, np.float32)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


@compiled
def _pressed(relief: Image, contact: Contact) -> tuple[Image, Image]:
    """The relief under each pixel of the sensor, and its `depth`: both (HEIGHT, WIDTH)."""
    rows, columns = HEIGHT // _MESH + 2, WIDTH // _MESH + 2
    mesh = np.empty((rows, columns, 3))
    for i in range(rows):
        for j in range(columns):
            x, y = lift(contact, float(j * _MESH), float(i * _MESH))
            mesh[i, j, 0] = x + 0.5 * relief.shape[1] - 0.5
            mesh[i, j, 1] = y + 0.5 * relief.shape[0] - 0.5
            mesh[i, j, 2] = depth(contact, x, y)
    pressed = np.empty((HEIGHT, WIDTH), np.float32)
    border = np.empty((HEIGHT, WIDTH), np.float32)
    for row in range(HEIGHT):
        for column in range(WIDTH):
            x, y, deep = _between(mesh, row / _MESH, column / _MESH)
            pressed[row, column] = _sampled(relief, y, x)
            border[row, column] = deep
    return pressed, border


@compiled
def _between(mesh: NDArray[np.float64], row: float, column: float) -> NDArray[np.float64]:
    """Bilinear interpolation of all channels of (rows, columns, channels)."""
    i, j = int(row), int(column)
    s, t = row - i, column - j
    above = (1.0 - t) * mesh[i, j] + t * mesh[i, j + 1]
    below = (1.0 - t) * mesh[i + 1, j] + t * mesh[i + 1, j + 1]
    return (1.0 - s) * above + s * below


@compiled
def _sampled(image: Image, row: float, column: float) -> float:
    """Bilinear interpolation; valley outside the image."""
    i, j = math.floor(row), math.floor(column)
    if i < 0 or j < 0 or i + 1 >= image.shape[0] or j + 1 >= image.shape[1]:
        return -1.0
    s, t = row - i, column - j
    above = (1.0 - t) * image[i, j] + t * image[i, j + 1]
    below = (1.0 - t) * image[i + 1, j] + t * image[i + 1, j + 1]
    return (1.0 - s) * above + s * below


def _truth(master: Master, contact: Contact) -> tuple[Minutiae, NDArray[np.int32]]:
    """Where the minutiae that touch lie on the sensor."""
    rows = []
    for i, (x, y) in enumerate(master.xy):
        u, v = place(contact, x, y)
        if depth(contact, x, y) < 0.95 and 0.0 <= u < WIDTH - 0.5 and 0.0 <= v < HEIGHT - 0.5:
            rows.append((round(u), round(v), turned(contact, x, y, master.angle[i]), i))
    table = np.array(rows, np.float64).reshape(-1, 4)
    origin = table[:, 3].astype(np.int32)
    minutiae = Minutiae(
        xy=table[:, :2].astype(np.int16),
        angle=(table[:, 2] % (2.0 * math.pi)).astype(np.float32),
        kind=master.kind[origin],
        quality=np.zeros(len(table), np.uint8),
        width=WIDTH,
        height=HEIGHT,
    )
    return minutiae, origin
