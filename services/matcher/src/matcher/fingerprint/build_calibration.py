"""Make `calibration.json` from synthetic strangers: python -m matcher.fingerprint.build_calibration

Strangers drawn at random are far easier to tell apart than real ones, so these are hard: a group
of fingers that share one flow of ridges, minutiae of different fingers laid along it, all touched
upright, as under supervision; half of them cut down to a part, so that every number of minutiae
is there. No real finger takes part.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import genpareto  # type: ignore[import-untyped, unused-ignore]

from matcher.fingerprint import compare
from matcher.fingerprint.compare import prepare
from matcher.fingerprint.minutiae import Minutiae
from matcher.synthetic import Master, impress, master
from matcher.synthetic.field import orientation

FIRST_SEED = 4_000_000_000
"""First finger used; demonstrations and measurements count from 0, training from 3e9."""
GROUP = 40
"""Strangers with one flow of ridges: 780 comparisons."""
HARDNESS = 0.6
FEWEST = (0, 10, 14, 18, 22, 26, 31, 37, 45)
"""Curves start at these numbers of minutiae of the poorer finger."""
COUNTED = 2.0
"""Curves are counted up to this score, the tail fitted to what is above."""

Raw = NDArray[np.float64]


def main() -> None:
    """Compare, fit and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--groups", type=int, default=2600, help="780 comparisons each; default 2600, 6 minutes"
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("calibration.json"))
    arguments = parser.parse_args()
    raw, fewer = _strangers(arguments.groups)
    stored = {
        "version": f"{compare.VERSION}-strangers{len(raw)}",
        "comparisons": len(raw),
        "shrink": 1.0,
        "curves": [
            _curve(least, raw[(fewer >= least) & (fewer < most)])
            for least, most in zip(FEWEST, (*FEWEST[1:], math.inf), strict=True)
        ],
    }
    arguments.out.write_text(json.dumps(stored, indent=1) + "\n")


def _strangers(groups: int) -> tuple[Raw, NDArray[np.int64]]:
    """Compare within groups: raw scores (n,) and minutiae of the poorer finger (n,)."""
    raw, fewer, started = [], [], time.monotonic()
    for group in range(groups):
        fingers = [prepare(found) for found in _group(group)]
        sizes = np.array([len(finger) for finger in fingers])
        for i in range(len(fingers) - 1):
            raw.append(compare.compare(fingers[i], fingers[i + 1 :]))
            fewer.append(np.minimum(sizes[i], sizes[i + 1 :]))
        if group % 100 == 99:
            print(f"{group + 1} of {groups} groups, {time.monotonic() - started:.0f} s", flush=True)
    return np.concatenate(raw).astype(np.float64), np.concatenate(fewer)


def _group(group: int) -> Iterator[Minutiae]:
    seed = FIRST_SEED + group * (GROUP + 1)
    rng = np.random.default_rng(seed)
    flow = master(seed)
    for finger in range(seed + 1, seed + 1 + GROUP):
        found = impress(_along(flow, master(finger)), 0, hardness=HARDNESS)
        yield _part(found, rng) if rng.random() < 0.5 else found


def _along(flow: Master, finger: Master) -> Master:
    """Lay the minutiae of `finger` along the ridges of `flow`, turned as little as can be."""
    ridge = np.array([orientation(flow.field, x, y) for x, y in finger.xy])
    against = np.cos(finger.angle - ridge) < 0
    angle = (ridge + np.where(against, math.pi, 0)) % (2 * math.pi)
    return replace(finger, field=flow.field, angle=angle)


def _part(found: Minutiae, rng: np.random.Generator) -> Minutiae:
    """Keep the minutiae nearest to one of them: a small area of contact."""
    middle = found.xy[rng.integers(len(found))].astype(np.float64)
    near = np.argsort(np.square(found.xy - middle).sum(1), kind="stable")
    return found[np.sort(near[: rng.integers(6, len(found) + 1)])]


def _curve(fewest: int, raw: Raw) -> dict[str, Any]:
    """Count what there are plenty of, fit a Pareto tail to the highest hundredth."""
    score = np.arange(0, COUNTED + 0.05, 0.1)
    counted = np.quantile(raw, 1 - 10**-score)
    above = raw[raw > counted[-1]] - counted[-1]
    shape, _, scale = genpareto.fit(above, floc=0)
    return {
        "fewest": fewest,
        "comparisons": len(raw),
        "raw": [round(float(value), 6) for value in counted],
        "score": [round(float(value), 1) for value in score],
        "scale": round(float(scale), 6),
        # A bounded or exponential tail would promise more than a hundredth of the data can show.
        "shape": round(max(float(shape), 0.05), 4),
    }


if __name__ == "__main__":
    main()
