"""Compares synthetic impostors: a population of fingers of all pattern classes, as in nature.

Each finger has a ridge flow of its own. Most impressions are partial, so that every size occurs. Of
tens of millions of pairs not all can be compared: the prefilter scores every one, the pairs of the
highest prefilter scores are all compared, of the others a sample, which is weighted accordingly.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.curve_fitting import NonMatedScores
from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.comparison.prefilter import batch_prefilter_scores
from matcher.minutiae import Minutiae
from matcher.synthetic import MasterFingerprint, generate_master
from matcher.synthetic.simulated_map import Simulate
from matcher.training.finger_seeds import CALIBRATION_NON_MATED, CALIBRATION_PERSONS
from matcher.training.partial_impression import keep_nearest

GROUP = 800
"""Fingers that are compared with each other: 319,600 pairs."""
FINGERS, PERSONS = 10, 40
"""Fingers of a whole person, and persons who are compared with each other."""
CAPTURE_DIFFICULTY = (0.4, 1.2)
"""Range of the capture difficulty; one value a person: a dry hand is dry on all fingers."""
PARTIAL, AREA = 0.85, (0.1, 0.65)
"""Share of persons whose impressions are partial, and the share of minutiae that these keep."""
FEWEST = 4
"""Fewest minutiae of a finger that is compared and counted."""
STRATA = np.array([FEWEST, 7.0, 9.0, 11.0, 13.0, 16.0, 20.0, 25.0, 30.0])
"""Limits of size (geometric mean of both fingers' minutiae); larger pairs are left out."""
TIERS = ((0.01, 1.0), (0.1, 0.12), (0.4, 0.03), (1.0, 0.015))
"""Up to which share of a stratum's pairs by prefilter score, which share of them is compared."""

Floats = NDArray[np.float64]


def population_scores(comparator: Comparator, simulate: Simulate, number: int) -> NonMatedScores:
    """Compare the fingers of one group, drawn at random from the population."""
    rng = np.random.default_rng((CALIBRATION_NON_MATED, number))
    seed = CALIBRATION_NON_MATED + number * (GROUP + 1)
    drawn = (
        comparator.prepare(_impression(simulate, generate_master(seed + k), *_conditions(rng), rng))
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
    return NonMatedScores(raw, size[chosen], 1 / sampled_share[chosen])


def persons_by_finger(
    comparator: Comparator, simulate: Simulate, number: int
) -> Iterator[list[PreparedFinger]]:
    """Yield, for each of ten fingers, that finger of `PERSONS` persons of the population."""
    seed = CALIBRATION_PERSONS + number * FINGERS * (PERSONS + 1)
    conditions = [_conditions(np.random.default_rng((seed, person))) for person in range(PERSONS)]
    for finger in range(FINGERS):
        rng = np.random.default_rng((seed, PERSONS, finger))
        masters = (
            generate_master(seed + FINGERS * (1 + person) + finger) for person in range(PERSONS)
        )
        yield [
            comparator.prepare(_impression(simulate, master, *of_person, rng))
            for of_person, master in zip(conditions, masters, strict=True)
        ]


def crop(found: Minutiae, area: float, rng: np.random.Generator) -> Minutiae:
    """Keep a share of the minutiae, those nearest to a random one: a small contact area."""
    return keep_nearest(found, int(rng.integers(len(found))), area) if len(found) else found


def _conditions(rng: np.random.Generator) -> tuple[float, float]:
    """Draw a person's capture difficulty, and the share of the fingers that impressions show."""
    difficulty, area = rng.uniform(*CAPTURE_DIFFICULTY), rng.uniform(*AREA)
    return difficulty, area if rng.random() < PARTIAL else 1.0


def _impression(
    simulate: Simulate,
    finger: MasterFingerprint,
    difficulty: float,
    area: float,
    rng: np.random.Generator,
) -> Minutiae:
    return crop(simulate(finger, 0, capture_difficulty=difficulty), area, rng)


def _prefilter_scores(
    fingers: list[PreparedFinger],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return every pair, the later finger first, and its prefilter score, (p,) each."""
    bounds = np.cumsum([0, *map(len, fingers)])
    geometry = np.concatenate([finger.geometry for finger in fingers])
    descriptors = np.concatenate([finger.descriptors for finger in fingers])
    rows = [
        batch_prefilter_scores(finger, geometry, descriptors, bounds, np.arange(i))
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
