"""What the embedding is trained on: pairs of touches of fingers that nobody has, never twice."""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.embedding.neighbourhood_features import MAX_EMBEDDED_MINUTIAE, network_inputs
from matcher.synthetic import Impression, Master, impression, lookalike, master

FIRST_SEED = 3_000_000_000
"""First finger trained on; calibration counts from 4e9, demonstrations and measurements from 0."""
LAST_SEED = 4_000_000_000
CROWD = 4
"""Fingers that share one flow of ridges, in half of the batch."""
HARDNESS = (0.4, 1.5)
FEWEST = 8
"""Minutiae that a touch has at least."""
_PART = 0.4
"""Share of pairs of which one touch is a part of the finger only."""

Rng = np.random.Generator


class Batch(NamedTuple):
    """Touches in one flat list of minutiae: first one of each finger, then another of each.

    numbers: float32 (m, 680); weight: float32 (m,); counts: int64 (2 fingers,).
    origin: int64 (m,), the same number for the same minutia of a finger, -1 for invented ones.
    """

    numbers: NDArray[np.float32]
    weight: NDArray[np.float32]
    counts: NDArray[np.int64]
    origin: NDArray[np.int64]


def batch(seed: int, step: int, fingers: int) -> Batch:
    """Return the batch of this step (0 or more): two touches each of `fingers`, a multiple of 8."""
    both = pairs(seed, step, fingers)
    touches = [pair[which] for which in (0, 1) for pair in both]
    numbers, weight = zip(*(network_inputs(touch.minutiae) for touch in touches), strict=True)
    counts = np.array([len(one) for one in weight])
    finger = np.repeat(np.tile(np.arange(fingers), 2), counts)
    origin = np.concatenate([touch.origin for touch in touches]).astype(np.int64)
    origin = np.where(origin < 0, -1, finger * 1000 + origin)
    return Batch(np.concatenate(numbers), np.concatenate(weight), counts, origin)


def pairs(seed: int, step: int, fingers: int) -> list[list[Impression]]:
    """Return two touches of each finger; of every other `CROWD` fingers the ridges flow alike."""
    rng = np.random.default_rng((seed, step))
    return [
        _two_touches(finger, rng)
        for number in range(fingers // CROWD)
        for finger in (_crowd(rng) if number % 2 else _passers_by(rng))
    ]


def _crowd(rng: Rng) -> list[Master]:
    flow = master(_number(rng))
    return [lookalike(flow, _number(rng)) for _ in range(CROWD)]


def _passers_by(rng: Rng) -> list[Master]:
    return [master(_number(rng)) for _ in range(CROWD)]


def _number(rng: Rng) -> int:
    return int(rng.integers(FIRST_SEED, LAST_SEED))


def _two_touches(finger: Master, rng: Rng) -> list[Impression]:
    """Two touches, one of them often by a part of the finger; which is which is left to chance."""
    pair = [_rated(_touch(finger, rng), rng), _rated(_touch(finger, rng), rng)]
    if rng.random() < _PART:
        which = rng.integers(2)
        pair[which] = _part(pair[which], rng)
    return [_some(touch, _best_first(touch)[:MAX_EMBEDDED_MINUTIAE]) for touch in pair]


def _touch(finger: Master, rng: Rng) -> Impression:
    hardness = rng.uniform(*HARDNESS)
    while True:
        touch = impression(finger, _number(rng), hardness=hardness)
        if len(touch.origin) >= FEWEST:
            return touch


def _rated(touch: Impression, rng: Rng) -> Impression:
    """As an extractor with other ideas of quality would rate it, or one that says nothing."""
    found = touch.minutiae
    if rng.random() < 0.05:
        return replace(touch, minutiae=replace(found, quality=np.zeros_like(found.quality)))
    better = (found.quality / 100) ** math.exp(rng.normal(0, 0.4)) * 100
    noisy = better + rng.normal(0, 5, len(found))
    rated = np.clip(noisy, 1, 100).astype(np.uint8)
    touch = replace(touch, minutiae=replace(found, quality=rated))
    least = rng.uniform(0, 60) if rng.random() < 0.25 else 0
    return (
        _some(touch, np.flatnonzero(rated >= least)) if (rated >= least).sum() > FEWEST else touch
    )


def _part(touch: Impression, rng: Rng) -> Impression:
    """Keep a share of the minutiae: those in a window around one of them."""
    across = rng.normal(0, 0.3)
    shape = np.array([math.exp(across), math.exp(-across)])
    xy = touch.minutiae.xy
    out = (np.abs(xy - xy[rng.integers(len(xy))]) * shape).max(axis=1)
    kept = max(FEWEST, int(rng.uniform(0.25, 0.9) * len(xy)))
    return _some(touch, np.argsort(out, kind="stable")[:kept])


def _best_first(touch: Impression) -> NDArray[np.intp]:
    return np.argsort(-touch.minutiae.quality.astype(np.int16), kind="stable")


def _some(touch: Impression, chosen: NDArray[np.intp]) -> Impression:
    return Impression(touch.minutiae[chosen], touch.origin[chosen])
