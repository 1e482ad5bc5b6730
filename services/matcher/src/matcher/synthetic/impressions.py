"""Templates of synthetic fingers: what an extractor would report of one touch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.fingerprint.minutiae import Minutiae
from matcher.synthetic.compiled import compiled
from matcher.synthetic.contact import HEIGHT, WIDTH, Contact, depth, place, touch, turned
from matcher.synthetic.patterns import Master

LIVE_SCAN = 0.4
"""Hardness of a supervised capture on a good sensor: turned by less than 15 degrees mostly."""
COMPETITION = 1.0
"""Hardness of the FVC2002 sets: people who press, turn, dry and wet their fingers on purpose."""
MOST = 120
"""Minutiae kept of one impression, the best first."""
_STEP = 2.0 * math.pi / 256.0
"""Angle unit of ISO/IEC 19794-2."""


class Wear(NamedTuple):
    """What goes wrong with one impression beyond its geometry; a tuple for kernels.

    loss: probability that a minutia of mean clarity is not found.
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
    hardness: 0 (ideal) to about 1.3 (1 in 7 turned by any angle); `LIVE_SCAN`, `COMPETITION`.
    At most `MOST` minutiae, whole pixels and ISO angle steps, best quality first; quality tells
    true ones from false ones about as well as an extractor does.
    """
    rng = np.random.default_rng((seed, master.seed))
    contact = touch(rng, hardness)
    found, origin = _observe(master, contact, _wear(rng, hardness), rng)
    best = np.argsort(-found[:, 4], kind="stable")[:MOST]
    found = found[best]
    template = Minutiae(
        xy=found[:, :2].astype(np.int16),
        angle=(found[:, 2] * _STEP).astype(np.float32),
        kind=found[:, 3].astype(np.uint8),
        quality=found[:, 4].astype(np.uint8),
        width=WIDTH,
        height=HEIGHT,
    )
    return Impression(template, origin[best])


def _wear(rng: np.random.Generator, hardness: float) -> Wear:
    return Wear(
        loss=hardness * rng.uniform(0.03, 0.3),
        invented=hardness * rng.uniform(0.0, 0.3),
        patch=(
            rng.uniform(-150.0, 150.0),
            rng.uniform(-200.0, 200.0),
            hardness * rng.uniform(0.0, 70.0),
        ),
        jitter=0.5 + hardness * rng.uniform(0.2, 1.6),
        wobble=0.04 + hardness * rng.uniform(0.02, 0.12),
    )


def _observe(
    master: Master, contact: Contact, wear: Wear, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    return _observe_kernel(master.xy, master.angle, master.kind, master.clarity, contact, wear, rng)


@compiled
def _observe_kernel(
    xy: NDArray[np.float64],
    angle: NDArray[np.float64],
    kind: NDArray[np.uint8],
    clarity: NDArray[np.float64],
    contact: Contact,
    wear: Wear,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Rows of (x, y, ISO angle step, kind, quality), and where each comes from."""
    rows = np.empty((2 * len(xy) + 8, 5))
    origin = np.empty(len(rows), np.int32)
    count = 0
    for i in range(len(xy)):
        sight = _sight(xy[i, 0], xy[i, 1], clarity[i], contact, wear, rng)
        if rng.random() < wear.loss * 2.0 * (1.3 - sight) + max(0.0, 0.15 - sight):
            continue
        if _record(rows[count], xy[i], angle[i], sight, contact, wear, rng):
            rows[count, 3] = kind[i] if rng.random() < 0.75 + 0.2 * sight else 3 - kind[i]
            origin[count] = i
            count += 1
    true = count
    for _ in range(int(wear.invented * true + rng.random())):
        where = _somewhere(contact, rng)
        sight = 0.6 * _sight(where[0], where[1], rng.beta(1.5, 2.5), contact, wear, rng)
        nearest = np.argmin((xy[:, 0] - where[0]) ** 2 + (xy[:, 1] - where[1]) ** 2)
        direction = angle[nearest] + (math.pi if rng.random() < 0.5 else 0.0)
        if _record(
            rows[count], where, direction + rng.normal(0.0, 0.25), sight, contact, wear, rng
        ):
            rows[count, 3] = 1 + rng.integers(0, 2)
            origin[count] = -1
            count += 1
    return rows[:count], origin[:count]


@compiled
def _sight(
    x: float, y: float, clarity: float, contact: Contact, wear: Wear, rng: np.random.Generator
) -> float:
    """How well (x, y) shows, 0 to 1; below 0 outside the patch of contact."""
    border = depth(contact, x, y)
    if border > 1.0:
        return -1.0
    sight = clarity + rng.normal(0.0, 0.1)
    sight *= 1.0 - 0.45 * max(0.0, border - 0.75) / 0.25
    patch_x, patch_y, radius = wear.patch
    if (x - patch_x) ** 2 + (y - patch_y) ** 2 < radius * radius:
        sight *= 0.35
    return min(1.0, max(0.0, sight))


@compiled
def _somewhere(contact: Contact, rng: np.random.Generator) -> NDArray[np.float64]:
    """A point of the touching patch, in the finger's frame."""
    around, out = rng.uniform(0.0, 2.0 * math.pi), math.sqrt(rng.random())
    u = contact.half_axes[0] * out * math.cos(around)
    v = contact.half_axes[1] * out * math.sin(around)
    cos, sin = math.cos(contact.tilt), math.sin(contact.tilt)
    return np.array([contact.centre[0] + cos * u - sin * v, contact.centre[1] + sin * u + cos * v])


@compiled
def _record(
    row: NDArray[np.float64],
    where: NDArray[np.float64],
    angle: float,
    sight: float,
    contact: Contact,
    wear: Wear,
    rng: np.random.Generator,
) -> bool:
    """Write (x, y, angle step, -, quality) unless it does not touch or misses the sensor."""
    if sight < 0.0:
        return False
    blur = 1.4 - 0.6 * sight
    x, y = place(contact, where[0], where[1])
    row[0] = math.floor(x + blur * rng.normal(0.0, wear.jitter) + 0.5)
    row[1] = math.floor(y + blur * rng.normal(0.0, wear.jitter) + 0.5)
    turn = turned(contact, where[0], where[1], angle) + blur * rng.normal(0.0, wear.wobble)
    if rng.random() < 0.03 * (1.2 - sight):
        turn += math.pi
    row[2] = math.floor(turn / _STEP + 0.5) % 256.0
    row[4] = math.floor(min(100.0, max(1.0, 100.0 * sight + rng.normal(0.0, 8.0))))
    return bool(0.0 <= row[0] < WIDTH and 0.0 <= row[1] < HEIGHT)
