"""Simulates the map of the ridges that would be read from the image of a synthetic impression."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.jit import compiled
from matcher.minutiae import Minutiae
from matcher.ridge_map import CELL, RidgeMap
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
    sensor_to_finger,
)
from matcher.synthetic.impression import generate_template
from matcher.synthetic.master import MasterFingerprint
from matcher.synthetic.ridge_field import RidgeField, ridge_orientation
from matcher.synthetic.simulated_extraction import draw_errors

_ROWS, _COLUMNS = SENSOR_HEIGHT // CELL, SENSOR_WIDTH // CELL
_OWN_SEED = 1
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
    return replace(
        generate_template(master, seed, capture_difficulty=capture_difficulty),
        ridge_map=generate_ridge_map(master, seed, capture_difficulty=capture_difficulty),
    )


def generate_ridge_map(
    master: MasterFingerprint, seed: int, *, capture_difficulty: float = FVC2002
) -> RidgeMap:
    """Return the map of the impression that `generate_impression` makes of the same arguments."""
    rng = np.random.default_rng((seed, master.seed))
    difficulty = draw_difficulty(rng, capture_difficulty)
    contact = draw_contact(rng, difficulty, capture_difficulty)
    dry_patch = draw_errors(rng, difficulty).dry_patch
    doubled, touched, bad = _cells(master.field, contact, dry_patch)
    smooth = ndimage.gaussian_filter(doubled.real, _SMOOTHING) + 1j * ndimage.gaussian_filter(
        doubled.imag, _SMOOTHING
    )
    rng = np.random.default_rng((seed, master.seed, _OWN_SEED))
    for _ in range(rng.poisson(_BAD_PATCHES * difficulty)):
        bad |= _random_patch(rng)
    known = touched & (np.abs(smooth) > _LEAST_COHERENCE)
    known &= ~(bad & (rng.random(bad.shape) < _LOST))
    error = (_NOISE + _NOISE_PER_DIFFICULTY * difficulty) * _noise(rng)
    error += bad * (rng.normal(0, 0.15, bad.shape) + rng.normal(0, 0.25))
    turned = smooth * np.exp(2j * error)
    return RidgeMap.of_cells(turned.astype(np.complex64), known)


@compiled
def _cells(
    field: RidgeField, contact: Contact, dry_patch: tuple[float, float, float]
) -> tuple[NDArray[np.complex64], Flags, Flags]:
    """Return twice the orientation of each cell, where the finger touches, and where it is dry."""
    doubled = np.empty((_ROWS, _COLUMNS), np.complex64)
    touched = np.empty((_ROWS, _COLUMNS), np.bool_)
    dry = np.empty((_ROWS, _COLUMNS), np.bool_)
    first = 0.5 * (CELL - 1)
    for i in range(_ROWS):
        for j in range(_COLUMNS):
            x, y = sensor_to_finger(contact, CELL * j + first, CELL * i + first)
            touched[i, j] = elliptic_radius(contact, x, y) < FULL_CONTACT
            along = direction_on_sensor(contact, x, y, ridge_orientation(field, x, y))
            doubled[i, j] = math.cos(2 * along) + 1j * math.sin(2 * along)
            dry_x, dry_y, radius = dry_patch
            dry[i, j] = (x - dry_x) ** 2 + (y - dry_y) ** 2 < radius * radius
    return doubled, touched, dry


def _random_patch(rng: np.random.Generator) -> Flags:
    row, column, radius = rng.uniform((0, 0, 0.8), (_ROWS, _COLUMNS, 2.5))
    y, x = np.mgrid[:_ROWS, :_COLUMNS]
    return np.asarray((y - row) ** 2 + (x - column) ** 2 < radius * radius)


def _noise(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return noise of deviation 1, half of which is alike in neighbouring cells."""
    smooth = ndimage.gaussian_filter(rng.normal(0, 1, (_ROWS, _COLUMNS)), _SMOOTH_NOISE)
    alone = rng.normal(0, 1, (_ROWS, _COLUMNS))
    return np.asarray(math.sqrt(0.5) * (smooth / smooth.std() + alone))
