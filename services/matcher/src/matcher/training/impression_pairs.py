"""Makes mated pairs of impressions for training, of synthetic fingers that are never used twice."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.embedding.neighbourhood_features import MAX_EMBEDDED_MINUTIAE
from matcher.synthetic import (
    Impression,
    MasterFingerprint,
    generate_impression,
    generate_master,
    same_flow_impostor,
)
from matcher.training.finger_seeds import PAIRS_END, PAIRS_FIRST

GROUP = 4
"""Fingers of one group; in every other group all have the same ridge flow."""
FEWEST = 8
"""Fewest minutiae of an impression."""

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class PairConditions:
    """How hard mated pairs are.

    capture_difficulty: range from which that of each impression is drawn. partial: share of pairs
    in which one impression is partial. kept: range of the share of minutiae that it keeps.
    """

    capture_difficulty: tuple[float, float]
    partial: float
    kept: tuple[float, float]


def mated_pairs(
    seed: int, step: int, fingers: int, conditions: PairConditions
) -> list[list[Impression]]:
    """Return two impressions of each finger; the same arguments give the same pairs.

    fingers: a multiple of `GROUP`. In every second group the fingers have the same ridge flow.
    """
    rng = np.random.default_rng((seed, step))
    return [
        _mated_pair(finger, conditions, rng)
        for number in range(fingers // GROUP)
        for finger in (_same_flow_fingers(rng) if number % 2 else _unrelated_fingers(rng))
    ]


def _same_flow_fingers(rng: Rng) -> list[MasterFingerprint]:
    original = generate_master(_finger_seed(rng))
    return [same_flow_impostor(original, _finger_seed(rng)) for _ in range(GROUP)]


def _unrelated_fingers(rng: Rng) -> list[MasterFingerprint]:
    return [generate_master(_finger_seed(rng)) for _ in range(GROUP)]


def _finger_seed(rng: Rng) -> int:
    return int(rng.integers(PAIRS_FIRST, PAIRS_END))


def _mated_pair(
    finger: MasterFingerprint, conditions: PairConditions, rng: Rng
) -> list[Impression]:
    """Return two impressions, best minutiae first; in some pairs either of them is partial."""
    pair = [
        _vary_quality(_impression(finger, conditions.capture_difficulty, rng), rng),
        _vary_quality(_impression(finger, conditions.capture_difficulty, rng), rng),
    ]
    if rng.random() < conditions.partial:
        which = rng.integers(2)
        pair[which] = _crop(pair[which], conditions.kept, rng)
    return [
        _select(impression, _best_first(impression)[:MAX_EMBEDDED_MINUTIAE]) for impression in pair
    ]


def _impression(
    finger: MasterFingerprint, difficulties: tuple[float, float], rng: Rng
) -> Impression:
    capture_difficulty = rng.uniform(*difficulties)
    while True:
        impression = generate_impression(
            finger, _finger_seed(rng), capture_difficulty=capture_difficulty
        )
        if len(impression.master_index) >= FEWEST:
            return impression


def _vary_quality(impression: Impression, rng: Rng) -> Impression:
    """Change qualities as another extractor might report them, or report none (5 %).

    A quarter of these extractors leave out minutiae below some quality.
    """
    found = impression.minutiae
    if rng.random() < 0.05:
        return replace(impression, minutiae=replace(found, quality=np.zeros_like(found.quality)))
    bent = (found.quality / 100) ** math.exp(rng.normal(0, 0.4)) * 100
    noisy = bent + rng.normal(0, 5, len(found))
    quality = np.clip(noisy, 1, 100).astype(np.uint8)
    impression = replace(impression, minutiae=replace(found, quality=quality))
    threshold = rng.uniform(0, 60) if rng.random() < 0.25 else 0
    above = quality >= threshold
    return _select(impression, np.flatnonzero(above)) if above.sum() > FEWEST else impression


def _crop(impression: Impression, kept: tuple[float, float], rng: Rng) -> Impression:
    """Keep a share of the minutiae: those in a rectangle around one of them."""
    log_aspect = rng.normal(0, 0.3)
    shape = np.array([math.exp(log_aspect), math.exp(-log_aspect)])
    xy = impression.minutiae.xy
    distance = (np.abs(xy - xy[rng.integers(len(xy))]) * shape).max(axis=1)
    count = max(FEWEST, int(rng.uniform(*kept) * len(xy)))
    return _select(impression, np.argsort(distance, kind="stable")[:count])


def _best_first(impression: Impression) -> NDArray[np.intp]:
    return np.argsort(-impression.minutiae.quality.astype(np.int16), kind="stable")


def _select(impression: Impression, chosen: NDArray[np.intp]) -> Impression:
    return Impression(impression.minutiae[chosen], impression.master_index[chosen])
