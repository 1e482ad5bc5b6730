"""Simulates the map of the ridges that would be read from the image of a synthetic impression."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.minutiae import Minutiae
from matcher.ridge_map import CELL, RidgeMap
from matcher.synthetic.array_math import ratio
from matcher.synthetic.contact import (
    FULL_CONTACT,
    FVC2002,
    SENSOR_HEIGHT,
    SENSOR_WIDTH,
    elliptic_radius,
    sensor_to_finger,
    turned_on_sensor_all,
)
from matcher.synthetic.impression import Capture, draw_capture, impression_of
from matcher.synthetic.master import MasterFingerprint
from matcher.synthetic.ridge_field import RidgeField, ridge_directions

ROWS, COLUMNS = SENSOR_HEIGHT // CELL, SENSOR_WIDTH // CELL
OWN_SEED = 1
"""Told apart from the impression's seed, so that its minutiae are the same with and without map."""
_SMOOTHING = 0.6
"""Standard deviation, cells, over which an orientation is averaged."""
_LEAST_COHERENCE = 0.45
_NOISE, _NOISE_PER_DIFFICULTY = 0.03, 0.045
"""Standard deviation of orientations, radians."""
_SMOOTH_NOISE = 1.2
"""Standard deviation, cells, over which half of the noise is alike."""
_BAD_PATCHES = 2.0
"""Mean number of wet, dry or dirty patches at difficulty 1."""
_LOST = 0.4
"""Share of the cells of a bad patch without a known orientation."""

Flags = NDArray[np.bool_]
Cells = NDArray[np.floating]
Doubled = NDArray[np.complex64]
"""Numbers whose argument is twice an orientation."""


class Simulate(Protocol):
    """`generate_template` or `generate_mapped_template`."""

    def __call__(
        self, master: MasterFingerprint, seed: int, *, capture_difficulty: float = FVC2002
    ) -> Minutiae:
        """Return the minutiae of one impression, with a map of its ridges or without."""


def generate_mapped_template(
    master: MasterFingerprint, seed: int, *, capture_difficulty: float = FVC2002
) -> Minutiae:
    """Return the minutiae that `generate_template` returns, with a map of the ridges."""
    rng = np.random.default_rng((seed, master.seed))
    capture = draw_capture(rng, capture_difficulty)
    minutiae = impression_of(master, capture, rng).minutiae
    return replace(minutiae, ridge_map=_map_of(master, capture, seed))


def _map_of(master: MasterFingerprint, capture: Capture, seed: int) -> RidgeMap:
    rng = np.random.default_rng((seed, master.seed, OWN_SEED))
    return RidgeMap.of_cells(*read_cells(master.field, capture, rng))


@compiled
def read_cells(
    field: RidgeField, capture: Capture, rng: np.random.Generator
) -> tuple[Doubled, Flags]:
    """Return what is read of each cell: twice its orientation, and whether it is known."""
    doubled, touched, bad = _cells(field, capture)
    for _ in range(rng.poisson(_BAD_PATCHES * capture.difficulty)):
        _add_random_patch(bad, rng)
    real, imaginary = _blurred(doubled.real, _SMOOTHING), _blurred(doubled.imag, _SMOOTHING)
    lost = rng.random((ROWS, COLUMNS)) < _LOST
    error = (_NOISE + _NOISE_PER_DIFFICULTY * capture.difficulty) * _noise(rng)
    error += bad * (rng.normal(0.0, 0.15, (ROWS, COLUMNS)) + rng.normal(0.0, 0.25))
    known = touched & (np.hypot(real, imaginary) > _LEAST_COHERENCE) & ~(bad & lost)
    turned = (real + 1j * imaginary) * (np.cos(2.0 * error) + 1j * np.sin(2.0 * error))
    return turned.astype(np.complex64), known


@compiled
def _cells(field: RidgeField, capture: Capture) -> tuple[Doubled, Flags, Flags]:
    """Return twice the orientation of each cell, where the finger touches, and where it is dry."""
    contact, (dry_x, dry_y, radius) = capture.contact, capture.errors.dry_patch
    first = 0.5 * (CELL - 1)
    u, v = np.empty((ROWS, COLUMNS)), np.empty((ROWS, COLUMNS))
    for i in range(ROWS):
        for j in range(COLUMNS):
            u[i, j], v[i, j] = CELL * j + first, CELL * i + first
    x, y = sensor_to_finger(contact, u.ravel(), v.ravel())
    cos, sin = ridge_directions(field, x, y)
    cos, sin = turned_on_sensor_all(contact, x, y, cos, sin)
    doubled = np.empty(len(x), np.complex64)
    touched, dry = np.empty(len(x), np.bool_), np.empty(len(x), np.bool_)
    for k in range(len(x)):
        squared = cos[k] * cos[k] + sin[k] * sin[k]
        real, imaginary = cos[k] * cos[k] - sin[k] * sin[k], 2.0 * cos[k] * sin[k]
        doubled[k] = complex(ratio(real, squared), ratio(imaginary, squared))
        touched[k] = elliptic_radius(contact, x[k], y[k]) < FULL_CONTACT
        dry[k] = (x[k] - dry_x) ** 2 + (y[k] - dry_y) ** 2 < radius * radius
    shape = ROWS, COLUMNS
    return doubled.reshape(shape), touched.reshape(shape), dry.reshape(shape)


@compiled
def _add_random_patch(bad: Flags, rng: np.random.Generator) -> None:
    row, column, radius = rng.uniform(0.0, ROWS), rng.uniform(0.0, COLUMNS), rng.uniform(0.8, 2.5)
    for i in range(ROWS):
        for j in range(COLUMNS):
            bad[i, j] |= (i - row) ** 2 + (j - column) ** 2 < radius * radius


@compiled
def _noise(rng: np.random.Generator) -> Cells:
    """Return noise of deviation 1, half of which is alike in neighbouring cells."""
    smooth = _blurred(rng.normal(0.0, 1.0, (ROWS, COLUMNS)), _SMOOTH_NOISE)
    alone = rng.normal(0.0, 1.0, (ROWS, COLUMNS))
    noise: Cells = math.sqrt(0.5) * (smooth / smooth.std() + alone)
    return noise


@compiled
def _blurred(cells: Cells, deviation: float) -> Cells:
    """Return cells averaged by a Gaussian, mirrored at the borders, as `scipy.ndimage` does."""
    reach = int(4.0 * deviation + 0.5)
    weights = np.exp(-0.5 / deviation**2 * np.arange(-reach, reach + 1) ** 2)
    weights /= weights.sum()
    down = _blurred_down(np.ascontiguousarray(cells), weights)
    return _blurred_down(np.ascontiguousarray(down.T), weights).T


@compiled
def _blurred_down(cells: Cells, weights: Cells) -> Cells:
    rows, reach = len(cells), len(weights) // 2
    blurred = np.zeros(cells.shape, cells.dtype)
    for i in range(rows):
        for k in range(len(weights)):
            row = i + k - reach
            row = -1 - row if row < 0 else row
            row = 2 * rows - 1 - row if row >= rows else row
            for j in range(cells.shape[1]):
                blurred[i, j] += weights[k] * cells[row, j]
    return blurred
