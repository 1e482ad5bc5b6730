"""Templates of synthetic fingers: what an extractor would report of one touch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.minutiae import Minutiae, minutiae_from_rows
from matcher.synthetic.contact import (
    COMPETITION,
    HEIGHT,
    WIDTH,
    Contact,
    depth,
    place,
    severity,
    touch,
    turned,
)
from matcher.synthetic.patterns import Master

MOST = 120
"""Minutiae kept of one impression, the best first."""
FAINTEST = 20
"""Least quality reported, as by the extractor: what shows worse is not found."""
_NEAREST = 7.5
"""Pixels within which an extractor reports the best minutia only."""
_STEP = 2.0 * math.pi / 256.0
"""Angle unit of ISO/IEC 19794-2."""

Floats = NDArray[np.float64]


class Wear(NamedTuple):
    """What goes wrong with one impression beyond its geometry; a tuple for kernels.

    loss: probability that a minutia is not found however well it shows.
    invented: false minutiae for each true one.
    patch: (x, y, radius) in the finger's frame where the skin did not print well.
    jitter: standard deviation of positions, pixels.
    wobble: standard deviation of directions, radians.
    """

    loss: float
    invented: float
    patch: tuple[float, float, float]
    jitter: float
    wobble: float


@dataclass(frozen=True, slots=True, eq=False)
class Impression:
    """A template and its truth.

    origin: int32 (n,), for each minutia its index in the master, -1 for an invented one.
    """

    minutiae: Minutiae
    origin: NDArray[np.int32]


def impress(master: Master, seed: int, *, hardness: float = COMPETITION) -> Minutiae:
    """The template of one touch of `master`: see `impression`."""
    return impression(master, seed, hardness=hardness).minutiae


def impression(master: Master, seed: int, *, hardness: float = COMPETITION) -> Impression:
    """One touch of `master`: turned, stretched, partly seen, with losses and false minutiae.

    seed: 0 or more; with the finger's own seed it determines the result.
    hardness: 0 (ideal) upwards; `LIVE_SCAN`, `COMPETITION`; above that some are turned by any
        angle, one in ten at 1.2.
    At most `MOST` minutiae, whole pixels and ISO angle steps, best quality first; quality tells
    true ones from false ones about as well as an extractor does.
    """
    rng = np.random.default_rng((seed, master.seed))
    bad = severity(rng, hardness)
    contact = touch(rng, bad, hardness)
    wear = _wear(rng, bad)
    xy, angle = master.xy, master.angle
    true, origin = _observed(xy, angle, master.kind, master.clarity, contact, wear, rng)
    false = _invented(len(true), xy, angle, contact, wear, rng)
    rows = np.concatenate([true, false])
    best = np.argsort(-rows[:, 4], kind="stable")
    best = best[_alone(rows[best])][:MOST]
    origins = np.append(origin, np.full(len(false), -1, np.int32))[best]
    return Impression(minutiae_from_rows(rows[best], width=WIDTH, height=HEIGHT), origins)


def _wear(rng: np.random.Generator, bad: float) -> Wear:
    return Wear(
        loss=bad * rng.uniform(0.0, 0.025),
        invented=bad * rng.uniform(0.0, 0.2),
        patch=(
            rng.uniform(-150.0, 150.0),
            rng.uniform(-200.0, 200.0),
            bad * rng.uniform(0.0, 50.0),
        ),
        jitter=0.5 + bad * rng.uniform(0.05, 0.5),
        wobble=0.02 + bad * rng.uniform(0.002, 0.03),
    )


@compiled
def _observed(
    xy: Floats,
    angle: Floats,
    kind: NDArray[np.uint8],
    clarity: Floats,
    contact: Contact,
    wear: Wear,
    rng: np.random.Generator,
) -> tuple[Floats, NDArray[np.int32]]:
    """Rows of (x, y, angle, kind, quality) for what is found of a finger, and which it is."""
    rows = np.empty((len(xy), 5))
    origin = np.empty(len(xy), np.int32)
    count = 0
    for i in range(len(xy)):
        sight = _sight(xy[i, 0], xy[i, 1], clarity[i], contact, wear, rng)
        if rng.random() < wear.loss:
            continue
        if _record(rows[count], xy[i], angle[i], sight, contact, wear, rng):
            rows[count, 3] = kind[i] if rng.random() < 0.75 + 0.2 * sight else 3 - kind[i]
            origin[count] = i
            count += 1
    return rows[:count], origin[:count]


@compiled
def _invented(
    true: int, xy: Floats, angle: Floats, contact: Contact, wear: Wear, rng: np.random.Generator
) -> Floats:
    """Rows of false minutiae for so many `true` ones: anywhere, along the ridges there."""
    rows = np.empty((int(wear.invented * true + rng.random()), 5))
    count = 0
    for _ in range(len(rows)):
        where = _somewhere(contact, rng)
        sight = _sight(where[0], where[1], rng.beta(1.2, 2.0), contact, wear, rng)
        nearest = np.argmin((xy[:, 0] - where[0]) ** 2 + (xy[:, 1] - where[1]) ** 2)
        along = angle[nearest] + rng.normal(0.0, 0.25) + math.pi * rng.integers(0, 2)
        if _record(rows[count], where, along, sight, contact, wear, rng):
            rows[count, 3] = 1 + rng.integers(0, 2)
            count += 1
    return rows[:count]


@compiled
def _alone(rows: Floats) -> NDArray[np.bool_]:
    """Which minutiae (n, 5), best first, have none that is better within `_NEAREST`."""
    alone = np.ones(len(rows), np.bool_)
    for i in range(len(rows)):
        for j in range(i):
            squared = (rows[i, 0] - rows[j, 0]) ** 2 + (rows[i, 1] - rows[j, 1]) ** 2
            if alone[j] and squared < _NEAREST**2:
                alone[i] = False
                break
    return alone


@compiled
def _sight(
    x: float, y: float, clarity: float, contact: Contact, wear: Wear, rng: np.random.Generator
) -> float:
    """How well (x, y) shows, 0 to 1; below 0 outside the patch of contact."""
    border = depth(contact, x, y)
    if border > 1.0:
        return -1.0
    sight = clarity + rng.normal(0.0, 0.08)
    sight *= 1.0 - 0.6 * max(0.0, border - 0.88) / 0.12
    patch_x, patch_y, radius = wear.patch
    if (x - patch_x) ** 2 + (y - patch_y) ** 2 < radius * radius:
        sight *= 0.35
    return min(1.0, max(0.0, sight))


@compiled
def _somewhere(contact: Contact, rng: np.random.Generator) -> Floats:
    """A point of the touching patch, in the finger's frame."""
    around, out = rng.uniform(0.0, 2.0 * math.pi), math.sqrt(rng.random())
    u = contact.half_axes[0] * out * math.cos(around)
    v = contact.half_axes[1] * out * math.sin(around)
    cos, sin = math.cos(contact.tilt), math.sin(contact.tilt)
    return np.array([contact.centre[0] + cos * u - sin * v, contact.centre[1] + sin * u + cos * v])


@compiled
def _record(
    row: Floats,
    where: Floats,
    angle: float,
    sight: float,
    contact: Contact,
    wear: Wear,
    rng: np.random.Generator,
) -> bool:
    """Write (x, y, angle, -, quality) unless it does not touch, is faint or misses the sensor."""
    quality = 96.0 * (1.0 - (1.0 - sight) ** 1.6) + rng.normal(0.0, 1.5)
    if sight < 0.0 or quality < FAINTEST:
        return False
    blur = 1.4 - 0.6 * sight
    x, y = place(contact, where[0], where[1])
    row[0] = math.floor(x + blur * rng.normal(0.0, wear.jitter) + 0.5)
    row[1] = math.floor(y + blur * rng.normal(0.0, wear.jitter) + 0.5)
    turn = turned(contact, where[0], where[1], angle) + blur * rng.normal(0.0, wear.wobble)
    if rng.random() < 0.015 * (1.2 - sight):
        turn += math.pi
    row[2] = math.floor(turn / _STEP + 0.5) * _STEP
    row[4] = math.floor(min(100.0, quality))
    return bool(0.0 <= row[0] < WIDTH and 0.0 <= row[1] < HEIGHT)
