"""Compares synthetic impostors that are as similar as real ones.

Fingers drawn at random are far less similar than real ones. These have the same ridge flow, group
by group, and differ by their minutiae. Most impressions are partial, so that every size occurs. Of
a hundred million pairs not all can be compared: the prefilter scores every one, the pairs of the
highest prefilter scores are all compared, of the others a sample, which is weighted accordingly.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.comparison.prefilter import batch_prefilter_scores
from matcher.minutiae import Minutiae
from matcher.synthetic import (
    MasterFingerprint,
    generate_master,
    generate_template,
    same_flow_impostor,
)
from matcher.training.finger_seeds import CALIBRATION_NON_MATED, CALIBRATION_PERSONS
from matcher.training.partial_impression import keep_nearest

GROUP = 800
"""Fingers that have the same ridge flow: 319,600 pairs."""
FINGERS, PERSONS = 10, 40
"""Fingers of a whole person, and persons who have the same ridge flow on each finger."""
CAPTURE_DIFFICULTY = (0.4, 1.2)
"""Range of the capture difficulty; one value a person: a dry hand is dry on all fingers."""
PARTIAL, AREA = 0.85, (0.1, 0.65)
"""Share of persons whose impressions are partial, and the share of minutiae that these keep."""
FEWEST = 4
"""Fewest minutiae of a finger that is compared and counted."""
STRATA = np.array([FEWEST, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0, 20.0])
"""Limits of size (geometric mean of both fingers' minutiae); larger pairs are left out."""
TIERS = ((0.01, 1.0), (0.1, 0.12), (0.4, 0.03), (1.0, 0.015))
"""Up to which share of a stratum's pairs by prefilter score, which share of them is compared."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WeightedScores:
    """Non-mated comparisons, and how many pairs each represents.

    raw, size, weight: float64 (n,). tier: int64 (n,), index into `TIERS`, 0 for the highest
    prefilter scores.
    """

    raw: Floats
    size: Floats
    weight: Floats
    tier: NDArray[np.int64]


def same_flow_scores(comparator: Comparator, number: int) -> WeightedScores:
    """Compare the fingers of one group, which have the same ridge flow."""
    rng = np.random.default_rng((CALIBRATION_NON_MATED, number))
    seed = CALIBRATION_NON_MATED + number * (GROUP + 1)
    original = generate_master(seed)
    drawn = (
        comparator.prepare(
            _impression(same_flow_impostor(original, seed + k), *_conditions(rng), rng)
        )
        for k in range(1, GROUP + 1)
    )
    fingers = [finger for finger in drawn if len(finger) >= FEWEST]
    first, second, prefilter_score = _prefilter_scores(fingers)
    lengths = np.array([len(finger) for finger in fingers], np.float64)
    size = np.sqrt(lengths[first] * lengths[second])
    tier = _tiers(np.digitize(size, STRATA), prefilter_score)
    sampled_share = np.array([share for _, share in TIERS])[tier]
    chosen = (size < STRATA[-1]) & (rng.random(len(size)) < sampled_share)
    raw = _raw_scores(comparator, fingers, first[chosen], second[chosen])
    return WeightedScores(raw, size[chosen], 1 / sampled_share[chosen], tier[chosen])


def persons_by_finger(comparator: Comparator, number: int) -> Iterator[list[PreparedFinger]]:
    """Yield, for each of ten fingers, that finger of `PERSONS` persons; all have one ridge flow."""
    seed = CALIBRATION_PERSONS + number * FINGERS * (PERSONS + 1)
    conditions = [_conditions(np.random.default_rng((seed, person))) for person in range(PERSONS)]
    for finger in range(FINGERS):
        rng = np.random.default_rng((seed, PERSONS, finger))
        original = generate_master(seed + finger)
        seeds = (seed + FINGERS * (1 + person) + finger for person in range(PERSONS))
        yield [
            comparator.prepare(_impression(same_flow_impostor(original, own), *of_person, rng))
            for of_person, own in zip(conditions, seeds, strict=True)
        ]


def crop(found: Minutiae, area: float, rng: np.random.Generator) -> Minutiae:
    """Keep a share of the minutiae, those nearest to a random one: a small contact area."""
    return keep_nearest(found, int(rng.integers(len(found))), area) if len(found) else found


def _conditions(rng: np.random.Generator) -> tuple[float, float]:
    """Draw a person's capture difficulty, and the share of the fingers that impressions show."""
    difficulty, area = rng.uniform(*CAPTURE_DIFFICULTY), rng.uniform(*AREA)
    return difficulty, area if rng.random() < PARTIAL else 1.0


def _impression(
    finger: MasterFingerprint, difficulty: float, area: float, rng: np.random.Generator
) -> Minutiae:
    return crop(generate_template(finger, 0, capture_difficulty=difficulty), area, rng)


def _prefilter_scores(
    fingers: list[PreparedFinger],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return every pair, the later finger first, and its prefilter score, (p,) each."""
    ends = np.cumsum([len(finger) for finger in fingers])
    geometry = np.concatenate([finger.geometry for finger in fingers])
    descriptors = np.concatenate([finger.descriptors for finger in fingers])
    rows = [
        batch_prefilter_scores(
            finger.geometry,
            finger.descriptors,
            geometry[: ends[i - 1]],
            descriptors[: ends[i - 1]],
            ends[:i],
        )
        for i, finger in enumerate(fingers)
        if i
    ]
    first, second = np.tril_indices(len(fingers), -1)
    return first, second, np.concatenate(rows)


def _tiers(stratum: NDArray[np.int64], prefilter_score: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the tier of each pair among those of its stratum."""
    tier = np.zeros(len(prefilter_score), np.int64)
    for each in np.unique(stratum):
        inside = stratum == each
        limits = np.quantile(prefilter_score[inside], [1 - share for share, _ in TIERS[:-1]])
        tier[inside] = (prefilter_score[inside][:, None] < limits).sum(1)
    return tier


def _raw_scores(
    comparator: Comparator,
    fingers: list[PreparedFinger],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> Floats:
    """Return the raw scores of pairs; `first` is sorted."""
    ends = np.searchsorted(first, np.arange(len(fingers) + 1))
    return np.concatenate(
        [
            comparator.compare(finger, [fingers[j] for j in second[ends[i] : ends[i + 1]]])
            for i, finger in enumerate(fingers)
        ]
    ).astype(np.float64)
