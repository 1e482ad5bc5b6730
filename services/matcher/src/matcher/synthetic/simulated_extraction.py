"""Simulates what an extractor reports of an impression: true minutiae, missed and false ones."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.synthetic.contact import (
    SENSOR_HEIGHT,
    SENSOR_WIDTH,
    Contact,
    direction_on_sensor,
    elliptic_radius,
    finger_to_sensor,
)

MIN_QUALITY = 10
"""Lowest quality reported, as by the extractor; minutiae of less are not found."""
_SUPPRESSION_RADIUS = 7.5
"""Pixels around a minutia within which an extractor reports no other of less quality."""
_ANGLE_UNIT = 2.0 * math.pi / 256.0
"""Angle unit of ISO/IEC 19794-2."""

Floats = NDArray[np.float64]


class ExtractionErrors(NamedTuple):
    """Errors of an extractor on one impression; a tuple for kernels.

    miss_rate: probability that a minutia is missed however visible it is.
    false_rate: false minutiae for each true one.
    dry_patch: (x, y, radius) in the finger's frame where minutiae are hardly visible.
    position_noise: standard deviation of positions, pixels.
    direction_noise: standard deviation of directions, radians.
    """

    miss_rate: float
    false_rate: float
    dry_patch: tuple[float, float, float]
    position_noise: float
    direction_noise: float


@compiled
def draw_errors(rng: np.random.Generator, difficulty: float) -> ExtractionErrors:
    """Draw the errors on one impression; the higher its difficulty, the more."""
    miss_rate = difficulty * rng.uniform(0.0, 0.025)
    false_rate = difficulty * rng.uniform(0.0, 0.3)
    dry_x, dry_y = rng.uniform(-150.0, 150.0), rng.uniform(-200.0, 200.0)
    return ExtractionErrors(
        miss_rate,
        false_rate,
        (dry_x, dry_y, difficulty * rng.uniform(0.0, 50.0)),
        0.5 + difficulty * rng.uniform(0.05, 0.5),
        0.02 + difficulty * rng.uniform(0.002, 0.03),
    )


@compiled
def true_minutiae(
    xy: Floats,
    angle: Floats,
    kind: NDArray[np.uint8],
    clarity: Floats,
    contact: Contact,
    errors: ExtractionErrors,
    rng: np.random.Generator,
) -> tuple[Floats, NDArray[np.int32]]:
    """Return rows (x, y, angle, kind, quality) of the true minutiae found, and their indices."""
    rows = np.empty((len(xy), 5))
    master_index = np.empty(len(xy), np.int32)
    count = 0
    for i in range(len(xy)):
        visibility = _visibility(xy[i, 0], xy[i, 1], clarity[i], contact, errors, rng)
        if rng.random() < errors.miss_rate:
            continue
        if _write_minutia(rows[count], xy[i], angle[i], visibility, contact, errors, rng):
            rows[count, 3] = kind[i] if rng.random() < 0.75 + 0.2 * visibility else 3 - kind[i]
            master_index[count] = i
            count += 1
    return rows[:count], master_index[:count]


@compiled
def false_minutiae(
    true: int,
    xy: Floats,
    angle: Floats,
    contact: Contact,
    errors: ExtractionErrors,
    rng: np.random.Generator,
) -> Floats:
    """Return rows of false minutiae, at random points of the contact area, along the ridges there.

    true: number of true minutiae, in proportion to which false ones are made.
    """
    rows = np.empty((int(errors.false_rate * true + rng.random()), 5))
    count = 0
    for _ in range(len(rows)):
        where = _random_contact_point(contact, rng)
        faint = rng.random() < 1.0 / 3.0
        clarity = rng.uniform(0.05, 0.2) if faint else rng.beta(1.2, 2.0)
        visibility = _visibility(where[0], where[1], clarity, contact, errors, rng)
        nearest = np.argmin((xy[:, 0] - where[0]) ** 2 + (xy[:, 1] - where[1]) ** 2)
        along = angle[nearest] + rng.normal(0.0, 0.25) + math.pi * rng.integers(0, 2)
        if _write_minutia(rows[count], where, along, visibility, contact, errors, rng):
            rows[count, 3] = 1 + rng.integers(0, 2)
            count += 1
    return rows[:count]


@compiled
def local_best(rows: Floats) -> NDArray[np.bool_]:
    """Return, bool (n,), which rows (n, 5), best first, have no better one nearby."""
    alone = np.ones(len(rows), np.bool_)
    for i in range(len(rows)):
        for j in range(i):
            squared = (rows[i, 0] - rows[j, 0]) ** 2 + (rows[i, 1] - rows[j, 1]) ** 2
            if alone[j] and squared < _SUPPRESSION_RADIUS**2:
                alone[i] = False
                break
    return alone


@compiled
def _visibility(
    x: float,
    y: float,
    clarity: float,
    contact: Contact,
    errors: ExtractionErrors,
    rng: np.random.Generator,
) -> float:
    """Return how visible a minutia at (x, y) is, 0 to 1; below 0 outside the contact area."""
    border = elliptic_radius(contact, x, y)
    if border > 1.0:
        return -1.0
    visibility = clarity + rng.normal(0.0, 0.08)
    visibility *= 1.0 - 0.6 * max(0.0, border - 0.88) / 0.12
    dry_x, dry_y, radius = errors.dry_patch
    if (x - dry_x) ** 2 + (y - dry_y) ** 2 < radius * radius:
        visibility *= 0.35
    return min(1.0, max(0.0, visibility))


@compiled
def _random_contact_point(contact: Contact, rng: np.random.Generator) -> Floats:
    """Draw a point of the contact area uniformly, in the finger's frame."""
    around, out = rng.uniform(0.0, 2.0 * math.pi), math.sqrt(rng.random())
    u = contact.half_axes[0] * out * math.cos(around)
    v = contact.half_axes[1] * out * math.sin(around)
    cos, sin = math.cos(contact.tilt), math.sin(contact.tilt)
    return np.array(
        [contact.finger_centre[0] + cos * u - sin * v, contact.finger_centre[1] + sin * u + cos * v]
    )


@compiled
def _write_minutia(
    row: Floats,
    where: Floats,
    angle: float,
    visibility: float,
    contact: Contact,
    errors: ExtractionErrors,
    rng: np.random.Generator,
) -> bool:
    """Write x, y, angle and quality into `row`; return False where the minutia is not found.

    That is outside the contact area or the sensor, or below `MIN_QUALITY`.
    """
    quality = 96.0 * (1.0 - (1.0 - visibility) ** 1.6) + rng.normal(0.0, 1.5)
    if visibility < 0.0 or quality < MIN_QUALITY:
        return False
    blur = 1.4 - 0.6 * visibility
    x, y = finger_to_sensor(contact, where[0], where[1])
    row[0] = math.floor(x + blur * rng.normal(0.0, errors.position_noise) + 0.5)
    row[1] = math.floor(y + blur * rng.normal(0.0, errors.position_noise) + 0.5)
    direction = direction_on_sensor(contact, where[0], where[1], angle) + blur * rng.normal(
        0.0, errors.direction_noise
    )
    if rng.random() < 0.015 * (1.2 - visibility):
        direction += math.pi
    row[2] = math.floor(direction / _ANGLE_UNIT + 0.5) * _ANGLE_UNIT
    row[4] = math.floor(min(100.0, quality))
    return bool(0.0 <= row[0] < SENSOR_WIDTH and 0.0 <= row[1] < SENSOR_HEIGHT)
