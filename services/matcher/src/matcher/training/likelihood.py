"""Make `likelihood.json` from synthetic fingers: python -m matcher.training.likelihood

Mates are touches of one finger as hard as a competition's, half of them partial; strangers come
from the same groups of fingers, most of which share one flow of ridges. No real finger takes part.
"""

import argparse
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped, unused-ignore]

from matcher.comparison.comparator import Comparator, comparison_features
from matcher.comparison.likelihood import FEATURES, LIKELIHOOD_FILE, LikelihoodNetwork
from matcher.minutiae import Minutiae
from matcher.synthetic import impress, lookalike, master

FIRST_SEED = 5_500_000_000
"""First finger used; calibration counts from 4e9, training from 3e9."""
FINGERS, TOUCHES = 14, 3
"""Of a group: 42 mated and 819 other comparisons."""
ALIKE = 0.6
"""Share of groups in which all fingers have one flow of ridges."""
HARDNESS = (0.5, 2.0)
PARTIAL, AREA = 0.45, (0.2, 0.9)
"""Share of touches that are partial, and how much of the minutiae they keep."""
UNITS = 12
DECAY = 1e-3
ROUNDS = 300

Floats = NDArray[np.float64]


def main() -> None:
    """Compare, fit and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=300, help="of 14 fingers each, default 300")
    parser.add_argument("--out", type=Path, default=LIKELIHOOD_FILE)
    arguments = parser.parse_args()
    mates, strangers = _pairs(Comparator.load(), arguments.groups)
    network, loss = fit(mates, strangers)
    network.store(arguments.out)
    print(f"{len(mates)} mates, {len(strangers)} strangers, mean loss {loss:.4f}")


def fit(mates: Floats, strangers: Floats) -> tuple[LikelihoodNetwork, float]:
    """Fit the network by logistic regression, both kinds weighing alike: float64 (n, 13) each.

    Deterministic. Returns also the mean loss, natural logarithm.
    """
    rows = np.concatenate([mates, strangers])
    middle, spread = rows.mean(0), rows.std(0) + 1e-9
    rows = (rows - middle) / spread
    sign = np.repeat([1.0, -1.0], [len(mates), len(strangers)])
    share = np.repeat([0.5 / len(mates), 0.5 / len(strangers)], [len(mates), len(strangers)])
    first = np.zeros((FEATURES + 2) * UNITS + FEATURES + 1)
    first[: FEATURES * UNITS] = np.random.default_rng(0).normal(
        0, 1 / math.sqrt(FEATURES), FEATURES * UNITS
    )
    found = minimize(
        _loss, first, (rows, sign, share), "L-BFGS-B", jac=True, options={"maxiter": ROUNDS}
    )
    inward, threshold, outward, straight, bias = _parts(found.x)
    inward, straight = inward / spread[:, None], straight / spread
    return LikelihoodNetwork(
        inward,
        threshold - middle @ inward,
        outward,
        straight,
        float(bias[0] - middle @ straight),
    ), float(found.fun)


def _loss(weights: Floats, rows: Floats, sign: Floats, share: Floats) -> tuple[float, Floats]:
    inward, threshold, outward, straight, bias = _parts(weights)
    hidden = np.tanh(rows @ inward + threshold)
    margin = sign * (hidden @ outward + rows @ straight + bias)
    loss = float(share @ np.logaddexp(0, -margin) + DECAY * weights @ weights)
    slope = -share * sign / (1 + np.exp(margin))
    back = np.outer(slope, outward) * (1 - hidden * hidden)
    gradient = np.concatenate(
        [(rows.T @ back).ravel(), back.sum(0), hidden.T @ slope, rows.T @ slope, [slope.sum()]]
    )
    return loss, gradient + 2 * DECAY * weights


def _parts(weights: Floats) -> list[Floats]:
    inward, threshold, outward, straight, bias = np.split(
        weights, np.cumsum([FEATURES * UNITS, UNITS, UNITS, FEATURES])
    )
    return [inward.reshape(FEATURES, UNITS), threshold, outward, straight, bias]


def _pairs(comparator: Comparator, groups: int) -> tuple[Floats, Floats]:
    """Evidence of mates and of strangers, (n, 13) each."""
    mates, strangers, started = [], [], time.monotonic()
    finger = np.repeat(np.arange(FINGERS), TOUCHES)
    for group in range(groups):
        touches = [comparator.prepare(found) for found in _group(group)]
        for i in range(len(touches) - 1):
            found = comparison_features(touches[i], touches[i + 1 :])
            known, same = ~np.isnan(found[:, 0]), finger[i + 1 :] == finger[i]
            mates.append(found[known & same])
            strangers.append(found[known & ~same])
        if group % 20 == 19:
            print(f"{group + 1} of {groups} groups, {time.monotonic() - started:.0f} s", flush=True)
    return np.concatenate(mates), np.concatenate(strangers)


def _group(group: int) -> Iterator[Minutiae]:
    seed = FIRST_SEED + group * (FINGERS + 1)
    rng = np.random.default_rng(seed)
    flow, alike = master(seed), rng.random() < ALIKE
    for finger in range(1, FINGERS + 1):
        one = lookalike(flow, seed + finger) if alike else master(seed + finger)
        for touch in range(TOUCHES):
            found = impress(one, touch, hardness=rng.uniform(*HARDNESS))
            yield _part(found, rng) if rng.random() < PARTIAL else found


def _part(found: Minutiae, rng: np.random.Generator) -> Minutiae:
    """Keep the minutiae nearest to one of them."""
    if not len(found):
        return found
    middle = found.xy[rng.integers(len(found))].astype(np.float64)
    near = np.argsort(np.square(found.xy - middle).sum(1), kind="stable")
    return found[np.sort(near[: math.ceil(rng.uniform(*AREA) * len(found))])]


if __name__ == "__main__":
    main()
