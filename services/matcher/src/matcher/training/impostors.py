"""Synthetic strangers as hard as real ones: what `build_calibration` counts.

Fingers drawn at random are far easier to tell apart than real ones. These share one flow of ridges,
group by group, and differ by minutiae laid along it. Most touch by a part of the finger only, so
that every size is there. A hundred million pairs cannot all be compared: the prefilter looks at
every one, those that look most alike are all compared, of the others a share, which weighs more.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.comparison.prefilter import batch_prefilter_scores
from matcher.minutiae import Minutiae
from matcher.synthetic import Master, impress, lookalike, master

FIRST_SEED, FIRST_PERSON_SEED = 4_000_000_000, 4_400_000_000
"""First fingers used; demonstrations and measurements count from 0, training from 3e9."""
PEOPLE = 800
"""That share a flow of ridges: 319,600 pairs."""
FINGERS, CROWD = 10, 40
"""Fingers a whole person has, and how many of them share a flow on each finger."""
HARDNESS = (0.4, 1.2)
"""Of a person's touch, alike on all fingers: a dry hand is dry on ten fingers."""
PARTIAL, AREA = 0.85, (0.1, 0.65)
"""Share of people who touch by a part, and how much of their minutiae they show."""
FEWEST = 4
"""Minutiae without which nothing is compared, nor counted."""
STRATA = np.array([FEWEST, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0, 20.0])
"""Sizes (geometric mean of the minutiae of both); larger pairs are left out."""
TIERS = ((0.01, 1.0), (0.1, 0.12), (0.4, 0.03), (1.0, 0.015))
"""Up to which share of the most promising pairs of a stratum, what share is compared."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Comparisons of strangers, and how many pairs each stands for.

    raw, size, weight: float64 (n,). tier: int64 (n,), 0 for those of the best promise.
    """

    raw: Floats
    size: Floats
    weight: Floats
    tier: NDArray[np.int64]


def group(comparator: Comparator, number: int) -> Counted:
    """Return the strangers of one flow."""
    rng = np.random.default_rng((FIRST_SEED, number))
    seed = FIRST_SEED + number * (PEOPLE + 1)
    flow = master(seed)
    drawn = (
        comparator.prepare(_touch(lookalike(flow, seed + person), *_manner(rng), rng))
        for person in range(1, PEOPLE + 1)
    )
    fingers = [finger for finger in drawn if len(finger) >= FEWEST]
    first, second, promise = _promises(fingers)
    lengths = np.array([len(finger) for finger in fingers], np.float64)
    size = np.sqrt(lengths[first] * lengths[second])
    tier = _tiers(np.digitize(size, STRATA), promise)
    kept = np.array([share for _, share in TIERS])[tier]
    chosen = (size < STRATA[-1]) & (rng.random(len(size)) < kept)
    raw = _compared(comparator, fingers, first[chosen], second[chosen])
    return Counted(raw, size[chosen], 1 / kept[chosen], tier[chosen])


def crowd(comparator: Comparator, number: int) -> Iterator[list[PreparedFinger]]:
    """Forty people: for each of ten fingers, those of all of them, which share one flow."""
    seed = FIRST_PERSON_SEED + number * FINGERS * (CROWD + 1)
    manners = [_manner(np.random.default_rng((seed, person))) for person in range(CROWD)]
    for finger in range(FINGERS):
        rng, flow = np.random.default_rng((seed, CROWD, finger)), master(seed + finger)
        seeds = (seed + FINGERS * (1 + person) + finger for person in range(CROWD))
        touches = zip(manners, seeds, strict=True)
        yield [
            comparator.prepare(_touch(lookalike(flow, own), *manner, rng))
            for manner, own in touches
        ]


def part(found: Minutiae, area: float, rng: np.random.Generator) -> Minutiae:
    """Keep a share of the minutiae, those nearest to one of them: a small area of contact."""
    if not len(found):
        return found
    middle = found.xy[rng.integers(len(found))].astype(np.float64)
    near = np.argsort(np.square(found.xy - middle).sum(1), kind="stable")
    return found[np.sort(near[: math.ceil(area * len(found))])]


def _manner(rng: np.random.Generator) -> tuple[float, float]:
    """How hard a person's touches are, and how much of the finger they show."""
    hardness, area = rng.uniform(*HARDNESS), rng.uniform(*AREA)
    return hardness, area if rng.random() < PARTIAL else 1.0


def _touch(finger: Master, hardness: float, area: float, rng: np.random.Generator) -> Minutiae:
    return part(impress(finger, 0, hardness=hardness), area, rng)


def _promises(
    fingers: list[PreparedFinger],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Every pair, the later finger first, and how promising it is, (p,) each."""
    ends = np.cumsum([len(finger) for finger in fingers])
    place = np.concatenate([finger.geometry for finger in fingers])
    bits = np.concatenate([finger.descriptors for finger in fingers])
    rows = [
        batch_prefilter_scores(
            finger.geometry,
            finger.descriptors,
            place[: ends[i - 1]],
            bits[: ends[i - 1]],
            ends[:i],
        )
        for i, finger in enumerate(fingers)
        if i
    ]
    first, second = np.tril_indices(len(fingers), -1)
    return first, second, np.concatenate(rows)


def _tiers(stratum: NDArray[np.int64], promise: NDArray[np.float32]) -> NDArray[np.int64]:
    """Which tier each pair belongs to among those of its stratum."""
    tier = np.zeros(len(promise), np.int64)
    for each in np.unique(stratum):
        inside = stratum == each
        limits = np.quantile(promise[inside], [1 - share for share, _ in TIERS[:-1]])
        tier[inside] = (promise[inside][:, None] < limits).sum(1)
    return tier


def _compared(
    comparator: Comparator,
    fingers: list[PreparedFinger],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> Floats:
    """Raw scores of pairs, the first ones in rising order."""
    ends = np.searchsorted(first, np.arange(len(fingers) + 1))
    return np.concatenate(
        [
            comparator.compare(finger, [fingers[j] for j in second[ends[i] : ends[i + 1]]])
            for i, finger in enumerate(fingers)
        ]
    ).astype(np.float64)
