"""Make `calibration.json` from synthetic fingers: python -m matcher.training.calibration

Counts strangers and fits their tails, counts them again as persons, then counts mates. No real
finger takes part. The same on every machine up to rounding; a quarter of an hour on a free core.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv  # type: ignore[import-untyped, unused-ignore]

from matcher.calibration.false_match_curves import FalseMatchCurve, interpolated_score
from matcher.calibration.mated_distribution import SCORE_STEP, MatedScoreDistribution
from matcher.calibration.score_calibration import CALIBRATION_FILE, ScoreCalibration
from matcher.comparison.comparator import Comparator
from matcher.comparison.likelihood import LOWEST_RAW_SCORE
from matcher.training.impostors import CROWD, FEWEST, FINGERS, Counted, crowd, group
from matcher.training.mated_scores import mate

EDGES = (FEWEST, 7.0, 9.0, 11.0, 13.0, 20.0)
"""Classes of size. Larger strangers score by the last curve: real ones hardly get rarer beyond."""
SHARES = 10 ** -np.concatenate([[0.02, 0.1, 0.3], np.arange(0.5, 4.6, 0.25)])
"""Of strangers, above whom the counted part of a curve has its points."""
WORTH = (2.0, 4.0, 6.0, 8.0, 10.0, 13.0, 17.0, 22.0, 28.0, 36.0, 50.0)
"""Classes of what a mate's finger can show."""

Floats = NDArray[np.float64]
_Each = TypeVar("_Each")


def main() -> None:
    """Count, fit and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=590, help="of 800 people, default 590")
    parser.add_argument("--crowds", type=int, default=150, help="of 40 whole people, default 150")
    parser.add_argument("--mates", type=int, default=20_000, help="fingers, default 20,000")
    parser.add_argument("--out", type=Path, default=CALIBRATION_FILE)
    arguments = parser.parse_args()
    comparator = Comparator.load()
    curves = _curves(_strangers(comparator, arguments.groups))
    sum_factor = _shrink(_people(comparator, curves, arguments.crowds))
    mated_scores = _mates(comparator, curves, arguments.mates)
    calibration = ScoreCalibration(comparator.version, curves, sum_factor, mated_scores)
    arguments.out.write_text(json.dumps(calibration.as_json()) + "\n")


def _strangers(comparator: Comparator, groups: int) -> Counted:
    parts = list(_shown("groups", groups, partial(group, comparator)))
    return Counted(
        *(
            np.concatenate([getattr(each, name) for each in parts])
            for name in ("raw", "size", "weight", "tier")
        )
    )


def _curves(counted: Counted) -> list[FalseMatchCurve]:
    """Count the strangers of each class of size; beyond, one tail is fitted to all of them."""
    print(f"{len(counted.raw):,} compared of {counted.weight.sum():,.0f} pairs")
    classes = [_of_size(counted, low, high) for low, high in pairwise(EDGES)]
    curves = [_counted(each) for each in classes]
    above = [each.raw - curve.raw[-1] for each, curve in zip(classes, curves, strict=True)]
    decade = _decade(np.concatenate(above), np.concatenate([each.weight for each in classes]))
    curves = [replace(curve, raw_per_decade=decade) for curve in curves]
    for each, curve in zip(classes, curves, strict=True):
        _tell(curve, each)
    return curves


def _of_size(counted: Counted, low: float, high: float) -> Counted:
    inside = (counted.size >= low) & (counted.size < high)
    return Counted(
        counted.raw[inside], counted.size[inside], counted.weight[inside], counted.tier[inside]
    )


def _counted(strangers: Counted) -> FalseMatchCurve:
    size = math.exp(float(np.average(np.log(strangers.size), weights=strangers.weight)))
    order = np.argsort(-strangers.raw, kind="stable")
    above = np.cumsum(strangers.weight[order]) / strangers.weight.sum()
    raw = strangers.raw[order][np.searchsorted(above, SHARES)]
    score = np.append(0.0, -np.log10(SHARES))
    return FalseMatchCurve(size, np.append(LOWEST_RAW_SCORE, raw), score, raw_per_decade=math.inf)


def _decade(above: Floats, weight: Floats) -> float:
    """The scale of greatest likelihood of an exponential tail, times ln 10."""
    beyond = above > 0
    return math.log(10) * float(np.average(above[beyond], weights=weight[beyond]))


def _tell(curve: FalseMatchCurve, strangers: Counted) -> None:
    """Print how the promise holds, and what share was found beside the most promising."""
    pairs, score = strangers.weight.sum(), curve(strangers.raw)
    print(f"size {curve.size:.1f}, {pairs:,.0f} pairs, {curve.raw_per_decade:.3f} a decade")
    for decades in (2, 3, 4, 5, 6, 7):
        over = score >= decades
        count = strangers.weight[over].sum()
        rest = strangers.weight[over & (strangers.tier > 0)].sum() / max(count, 1)
        print(f"  {decades}: promised {pairs * 10.0**-decades:,.1f}, {count:,.0f}, {rest:.3f}")


def _people(comparator: Comparator, curves: list[FalseMatchCurve], crowds: int) -> Floats:
    """Finger scores of whole strangers, float64 (n, 10), as small as those of the curves: larger
    ones score less than they could, which would hide that fingers of one person go together."""
    first, second = np.triu_indices(CROWD, 1)

    def of_crowd(number: int) -> Floats:
        scores, sizes = [], []
        for hand in crowd(comparator, number):
            rows = [comparator.compare(hand[i], hand[i + 1 :]) for i in range(CROWD - 1)]
            length = np.array([len(finger) for finger in hand], np.float64)
            sizes.append(np.sqrt(length[first] * length[second]))
            raw = np.concatenate(rows).astype(np.float64)
            scores.append(interpolated_score(curves, raw, sizes[-1]))
        small = np.mean(sizes, axis=0) < EDGES[-1]
        return np.asarray(np.stack(scores, axis=1)[small])

    return np.concatenate(list(_shown("crowds", crowds, of_crowd)))


def _shrink(scores: Floats) -> float:
    """By how much sums of finger scores (n, 10) of strangers exceed Erlang's at worst, at most 1.

    Looked at: one to ten fingers, exceeded by 1 in 100 to 1 in 10,000.
    """
    ratios = [1.0]
    for fingers in range(1, FINGERS + 1):
        sums = scores[:, : FINGERS // fingers * fingers].reshape(-1, fingers).sum(1)
        for share in (1e-2, 1e-3, 1e-4):
            expected = gammainccinv(fingers, share) / math.log(10)
            ratios.append(float(expected / np.quantile(sums, 1 - share)))
        seen = " ".join(f"{ratio:.3f}" for ratio in ratios[-3:])
        print(f"{fingers} fingers, {len(sums):,} persons: expected / observed {seen}")
    return math.floor(100 * min(ratios)) / 100


def _mates(
    comparator: Comparator, curves: list[FalseMatchCurve], fingers: int
) -> MatedScoreDistribution:
    """Count how mates score, by what the probe can show and how the other touch was taken.

    One mate more than there are always scores less: nothing is promised that was not counted.
    """
    counted = _shown("mates", fingers, partial(mate, comparator))
    worth, size, raw = map(np.array, zip(*counted, strict=True))
    score = interpolated_score(curves, raw, size)
    steps = SCORE_STEP * np.arange(1, math.ceil(score.max() / SCORE_STEP) + 1)
    kinds = [(worth >= low) & (worth < high) for low, high in pairwise(WORTH)]
    below = [
        [[(1 + (row[kind] < step).sum()) / (1 + kind.sum()) for step in steps] for kind in kinds]
        for row in score.T
    ]
    return MatedScoreDistribution(np.array([worth[kind].mean() for kind in kinds]), np.array(below))


def _shown(what: str, count: int, do: Callable[[int], _Each]) -> Iterator[_Each]:
    """Do so many, and say how long the rest will take."""
    started = time.monotonic()
    for number in range(count):
        yield do(number)
        if (number + 1) % max(1, count // 20) == 0:
            spent = time.monotonic() - started
            left = spent / (number + 1) * (count - number - 1)
            print(f"{number + 1:,} of {count:,} {what}, {left:.0f} s left", flush=True)


if __name__ == "__main__":
    main()
