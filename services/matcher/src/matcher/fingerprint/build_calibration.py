"""Make `calibration.json` from synthetic strangers: python -m matcher.fingerprint.build_calibration

Strangers drawn at random are far easier to tell apart than real ones. These are hard: forty at a
time share one flow of ridges on each finger, and differ by minutiae laid along it; all touch
upright, as under supervision; half of them, with all fingers, only by a part of the finger, so
that every number of minutiae is there. No real finger takes part.
"""

import argparse
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv  # type: ignore[import-untyped, unused-ignore]
from scipy.stats import genpareto  # type: ignore[import-untyped, unused-ignore]

from matcher.fingerprint import compare
from matcher.fingerprint.calibrate import Calibration, Curve, store
from matcher.fingerprint.minutiae import Minutiae
from matcher.synthetic import Master, impress, lookalike, master

FIRST_SEED = 4_000_000_000
"""First finger used; demonstrations and measurements count from 0, training from 3e9."""
FINGERS, PEOPLE = 10, 40
"""Fingers a person has, and people that share a flow of ridges on each: 7,800 comparisons."""
HARDNESS = (0.4, 0.8)
"""Of a person's touch, alike on all fingers: a dry hand is dry on ten fingers."""
FEWEST = (0, 10, 14, 18, 22, 26, 31, 37, 45)
"""Curves start at these numbers of minutiae of the poorer finger."""
COUNTED = 2.0
"""Curves are counted up to this score, the tail is fitted to what is above."""
LEAST_SHAPE = 0.05
"""A bounded or exponential tail would promise more than a hundredth of the data can show."""

Raw = NDArray[np.float64]
Sizes = NDArray[np.int64]


def main() -> None:
    """Compare, fit and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crowds", type=int, default=130, help="of 40 people each, default 130")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("calibration.json"))
    arguments = parser.parse_args()
    raw, fewer = _strangers(arguments.crowds)
    curves = [
        _curve(least, raw[(fewer >= least) & (fewer < most)])
        for least, most in zip(FEWEST, (*FEWEST[1:], math.inf), strict=True)
    ]
    alone = Calibration(compare.VERSION, curves, shrink=1.0)
    shrink = _shrink(alone.finger_score(raw, fewer))
    store(replace(alone, shrink=shrink), arguments.out)
    print(f"{raw.size} comparisons, persons shrunk by {shrink}")


def _strangers(crowds: int) -> tuple[Raw, Sizes]:
    """Compare everybody within a crowd: raw scores and minutiae of the poorer finger, (n, 10)."""
    raw, fewer, started = [], [], time.monotonic()
    first, second = np.triu_indices(PEOPLE, 1)
    for crowd in range(crowds):
        for finger in zip(*_crowd(crowd), strict=True):
            hand = [compare.prepare(found) for found in finger]
            sizes = np.array([len(prepared) for prepared in hand])
            fewer.append(np.minimum(sizes[first], sizes[second]))
            rows = [compare.compare(hand[i], hand[i + 1 :]) for i in range(PEOPLE - 1)]
            raw.append(np.concatenate(rows).astype(np.float64))
        if crowd % 10 == 9:
            seconds = time.monotonic() - started
            print(f"{crowd + 1} of {crowds} crowds, {seconds:.0f} s", flush=True)
    return _by_person(raw), _by_person(fewer)


def _by_person(columns: list[Any]) -> NDArray[Any]:
    return (
        np.stack(columns).reshape(-1, FINGERS, len(columns[0])).swapaxes(1, 2).reshape(-1, FINGERS)
    )


def _crowd(crowd: int) -> list[list[Minutiae]]:
    """Forty people, ten fingers each."""
    seed = FIRST_SEED + crowd * FINGERS * (PEOPLE + 1)
    flows = [master(seed + finger) for finger in range(FINGERS)]
    return [_person(flows, seed + FINGERS * (1 + person)) for person in range(PEOPLE)]


def _person(flows: list[Master], seed: int) -> list[Minutiae]:
    rng = np.random.default_rng(seed)
    hardness, area = rng.uniform(*HARDNESS), min(1.0, rng.uniform(0.15, 1.85))
    return [
        _part(impress(lookalike(flow, seed + finger), 0, hardness=hardness), area, rng)
        for finger, flow in enumerate(flows)
    ]


def _part(found: Minutiae, area: float, rng: np.random.Generator) -> Minutiae:
    """Keep a share of the minutiae, those nearest to one of them: a small area of contact."""
    middle = found.xy[rng.integers(len(found))].astype(np.float64)
    near = np.argsort(np.square(found.xy - middle).sum(1), kind="stable")
    return found[np.sort(near[: math.ceil(area * len(found))])]


def _curve(fewest: int, raw: Raw) -> Curve:
    """Count what there are plenty of, fit a Pareto tail to the highest hundredth."""
    score = np.linspace(0, COUNTED, 21)
    counted = np.quantile(raw, 1 - 10**-score)
    above = raw[raw > counted[-1]] - counted[-1]
    shape, _, scale = genpareto.fit(above, floc=0)
    return Curve(fewest, counted, score, float(scale), max(float(shape), LEAST_SHAPE))


def _shrink(scores: Raw) -> float:
    """By how much sums of finger scores (n, 10) of strangers exceed Erlang's at worst, at most 1.

    Looked at: two and ten fingers, exceeded by 1 in 100 to 1 in 10,000.
    """
    ratios = [1.0]
    for fingers in (2, FINGERS):
        sums = scores.reshape(-1, fingers).sum(1)
        for share in (1e-2, 1e-3, 1e-4):
            expected = gammainccinv(fingers, share) / math.log(10)
            ratios.append(float(expected / np.quantile(sums, 1 - share)))
            print(f"{fingers} fingers, {share:.0e}: expected/observed {ratios[-1]:.3f}")
    return math.floor(100 * min(ratios)) / 100


if __name__ == "__main__":
    main()
