"""Renders impressions of synthetic fingers on a 500 dpi sensor, with their true minutiae."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.minutiae import Minutiae, minutiae_from_rows
from matcher.synthetic.contact import (
    FULL_CONTACT,
    FVC2002,
    SENSOR_HEIGHT,
    SENSOR_WIDTH,
    Contact,
    direction_on_sensor,
    draw_contact,
    draw_difficulty,
    elliptic_radius,
    finger_to_sensor,
    sensor_to_finger,
)
from matcher.synthetic.image_appearance import draw_appearance, render_grey
from matcher.synthetic.master import MasterFingerprint
from matcher.synthetic.ridge_pattern import RidgePattern
from matcher.synthetic.skin_texture import Image

_MESH_SPACING = 8
"""Pixels between the points at which the contact is computed; between them it is interpolated."""


@dataclass(frozen=True, slots=True, eq=False)
class RenderedImpression:
    """An image of a synthetic finger and its ground truth.

    image: uint8 (SENSOR_HEIGHT, SENSOR_WIDTH), 500 dpi, ridges dark.
    minutiae: all in the contact area, with quality 0 (not reported).
    master_index: int32 (n,), for each minutia its index in the master of the ridge pattern.
    """

    image: NDArray[np.uint8]
    minutiae: Minutiae
    master_index: NDArray[np.int32]


def render_impression(
    pattern: RidgePattern, seed: int, *, capture_difficulty: float = FVC2002
) -> RenderedImpression:
    """Render one impression; `seed` and `capture_difficulty` as in `generate_impression`."""
    rng = np.random.default_rng((seed, pattern.master.seed, 2))
    difficulty = draw_difficulty(rng, capture_difficulty)
    contact = draw_contact(rng, difficulty, capture_difficulty)
    relief, radius = press(pattern.relief[:, :, None], contact, SENSOR_HEIGHT, SENSOR_WIDTH)
    image = render_grey(relief, radius, draw_appearance(rng, difficulty), rng)
    return RenderedImpression(image, *_visible_minutiae(pattern.master, contact))


@compiled
def press(relief: Image, contact: Contact, rows: int, columns: int) -> tuple[Image, Image]:
    """Return the relief (h, w, 1) and the `elliptic_radius` at each pixel of a sensor."""
    middle_x, middle_y = 0.5 * relief.shape[1] - 0.5, 0.5 * relief.shape[0] - 0.5
    mesh = _contact_mesh(contact, middle_x, middle_y, rows, columns)
    pressed = np.full((rows, columns), -1.0, np.float32)
    radius = np.empty((rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            x, y, radius[row, column] = _interpolate(
                mesh, row / _MESH_SPACING, column / _MESH_SPACING
            )
            if 0.0 <= x < relief.shape[1] - 1 and 0.0 <= y < relief.shape[0] - 1:
                pressed[row, column] = _interpolate(relief, y, x)[0]
    return pressed, radius


@compiled
def _contact_mesh(
    contact: Contact, middle_x: float, middle_y: float, rows: int, columns: int
) -> NDArray[np.float64]:
    """Return column and row of the relief and `elliptic_radius` at each point of a coarse mesh.

    The points are `_MESH_SPACING` pixels of the sensor apart.
    """
    mesh = np.empty((rows // _MESH_SPACING + 2, columns // _MESH_SPACING + 2, 3))
    across = _MESH_SPACING * np.arange(mesh.shape[1], dtype=np.float64)
    for i in range(mesh.shape[0]):
        down = np.full(mesh.shape[1], float(i * _MESH_SPACING))
        x, y = sensor_to_finger(contact, across, down)
        mesh[i, :, 0] = x + middle_x
        mesh[i, :, 1] = y + middle_y
        for j in range(mesh.shape[1]):
            mesh[i, j, 2] = elliptic_radius(contact, x[j], y[j])
    return mesh


@compiled
def _interpolate(grid: NDArray[np.floating], row: float, column: float) -> NDArray[np.floating]:
    """Interpolate all channels of a grid (rows, columns, channels) bilinearly."""
    i, j = int(row), int(column)
    s, t = row - i, column - j
    above: NDArray[np.floating] = (1.0 - t) * grid[i, j] + t * grid[i, j + 1]
    below: NDArray[np.floating] = (1.0 - t) * grid[i + 1, j] + t * grid[i + 1, j + 1]
    return (1.0 - s) * above + s * below


def _visible_minutiae(
    master: MasterFingerprint, contact: Contact
) -> tuple[Minutiae, NDArray[np.int32]]:
    """Return the minutiae inside the contact area, on the sensor, and their indices."""
    rows, master_index = [], []
    for i, (x, y) in enumerate(master.xy):
        u, v = finger_to_sensor(contact, x, y)
        if (
            elliptic_radius(contact, x, y) < FULL_CONTACT
            and 0.0 <= u < SENSOR_WIDTH
            and 0.0 <= v < SENSOR_HEIGHT
        ):
            rows.append(
                (u, v, direction_on_sensor(contact, x, y, master.angle[i]), int(master.kind[i]), 0)
            )
            master_index.append(i)
    return minutiae_from_rows(rows, width=SENSOR_WIDTH, height=SENSOR_HEIGHT), np.array(
        master_index, np.int32
    )
