"""Pictures of synthetic fingers as a sensor of 500 dpi takes them, with the true minutiae."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.minutiae import Minutiae, minutiae_from_rows
from matcher.synthetic import ink
from matcher.synthetic.contact import (
    COMPETITION,
    HEIGHT,
    TOUCHING,
    WIDTH,
    Contact,
    depth,
    lift,
    place,
    severity,
    touch,
    turned,
)
from matcher.synthetic.growth import Ridges, grow
from matcher.synthetic.patterns import Master
from matcher.synthetic.skin import Image

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


def render_master(master: Master) -> Ridges:
    """Grow the ridges of `master`: slow beside a print, so keep them for all of the finger."""
    return grow(master)


def print_image(ridges: Ridges, seed: int, *, hardness: float = COMPETITION) -> Print:
    """One touch of a grown finger; `seed` and `hardness` as for `impressions.impression`."""
    rng = np.random.default_rng((seed, ridges.master.seed, 2))
    bad = severity(rng, hardness)
    contact = touch(rng, bad, hardness)
    relief, border = _pressed(ridges.relief[:, :, None], contact)
    image = ink.exposed(relief, border, ink.draw(rng, bad), rng)
    return Print(image, *_truth(ridges.master, contact))


@compiled
def _pressed(relief: Image, contact: Contact) -> tuple[Image, Image]:
    """What of a relief (h, w, 1) lies on each pixel of the sensor, and its `depth`."""
    mesh = _mesh(contact, 0.5 * relief.shape[1] - 0.5, 0.5 * relief.shape[0] - 0.5)
    pressed = np.full((HEIGHT, WIDTH), -1.0, np.float32)
    border = np.empty((HEIGHT, WIDTH), np.float32)
    for row in range(HEIGHT):
        for column in range(WIDTH):
            x, y, border[row, column] = _between(mesh, row / _MESH, column / _MESH)
            if 0.0 <= x < relief.shape[1] - 1 and 0.0 <= y < relief.shape[0] - 1:
                pressed[row, column] = _between(relief, y, x)[0]
    return pressed, border


@compiled
def _mesh(contact: Contact, middle_x: float, middle_y: float) -> NDArray[np.float64]:
    """At every `_MESH`-th pixel of the sensor (column and row of the relief, `depth`)."""
    mesh = np.empty((HEIGHT // _MESH + 2, WIDTH // _MESH + 2, 3))
    for i in range(mesh.shape[0]):
        for j in range(mesh.shape[1]):
            x, y = lift(contact, float(j * _MESH), float(i * _MESH))
            mesh[i, j, 0] = x + middle_x
            mesh[i, j, 1] = y + middle_y
            mesh[i, j, 2] = depth(contact, x, y)
    return mesh


@compiled
def _between(grid: NDArray[np.floating], row: float, column: float) -> NDArray[np.floating]:
    """Bilinear interpolation of all channels of (rows, columns, channels)."""
    i, j = int(row), int(column)
    s, t = row - i, column - j
    above: NDArray[np.floating] = (1.0 - t) * grid[i, j] + t * grid[i, j + 1]
    below: NDArray[np.floating] = (1.0 - t) * grid[i + 1, j] + t * grid[i + 1, j + 1]
    return (1.0 - s) * above + s * below


def _truth(master: Master, contact: Contact) -> tuple[Minutiae, NDArray[np.int32]]:
    """Where the minutiae that touch lie on the sensor, and which they are."""
    rows, origin = [], []
    for i, (x, y) in enumerate(master.xy):
        u, v = place(contact, x, y)
        if depth(contact, x, y) < TOUCHING and 0.0 <= u < WIDTH and 0.0 <= v < HEIGHT:
            rows.append((u, v, turned(contact, x, y, master.angle[i]), int(master.kind[i]), 0))
            origin.append(i)
    return minutiae_from_rows(rows, width=WIDTH, height=HEIGHT), np.array(origin, np.int32)
