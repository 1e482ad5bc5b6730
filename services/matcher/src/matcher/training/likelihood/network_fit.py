"""Fits a network that turns the features of a comparison into a likelihood ratio."""

import math
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize  # type: ignore[import-untyped, unused-ignore]

from matcher.comparison.likelihood import FEATURES, LikelihoodNetwork

HIDDEN_UNITS = 12
WEIGHT_DECAY = 1e-3
ITERATIONS = 300
REPORTED = (1, 3, 10, 30, 100, 200, 300)
"""Iterations after which the loss is printed."""

Floats = NDArray[np.float64]


def fit(
    mated: Floats, non_mated: Floats, without_map: LikelihoodNetwork
) -> tuple[LikelihoodNetwork, float]:
    """Fit the network by logistic regression, mated and non-mated of equal total weight.

    mated, non_mated: float64 (n, f), features of comparisons. Deterministic. without_map: becomes
    a part of a network that takes maps. Returns the network and the mean loss, natural logarithm,
    which is printed as it falls.
    """
    rows = np.concatenate([mated, non_mated])
    features = rows.shape[1]
    middle, spread = rows.mean(0), rows.std(0) + 1e-9
    rows = (rows - middle) / spread
    sign, share = _signs_and_shares(mated, non_mated)
    first = np.zeros((features + 2) * HIDDEN_UNITS + features + 1)
    first[: features * HIDDEN_UNITS] = np.random.default_rng(0).normal(
        0, 1 / math.sqrt(features), features * HIDDEN_UNITS
    )
    done = count(1)

    def report(intermediate_result: OptimizeResult) -> None:
        if (iteration := next(done)) in REPORTED:
            print(f"iteration {iteration}: mean loss {intermediate_result.fun:.4f}", flush=True)

    found = minimize(
        _loss,
        first,
        (rows, sign, share),
        "L-BFGS-B",
        jac=True,
        callback=report,
        options={"maxiter": ITERATIONS},
    )
    inward, threshold, outward, straight, bias = _unpack(found.x, features)
    inward, straight = inward / spread[:, None], straight / spread
    network = LikelihoodNetwork(
        inward,
        threshold - middle @ inward,
        outward,
        straight,
        float(bias[0] - middle @ straight),
        without_map=without_map if features == FEATURES else None,
    )
    return network, float(found.fun)


def mean_loss(network: LikelihoodNetwork, mated: Floats, non_mated: Floats) -> float:
    """Return the mean loss of a network on other comparisons, without the decay of weights."""
    rows = np.concatenate([mated, non_mated])
    hidden = np.tanh(rows @ network.hidden_weights + network.hidden_bias)
    ratio = hidden @ network.output_weights + rows @ network.direct_weights + network.bias
    sign, share = _signs_and_shares(mated, non_mated)
    return float(share @ np.logaddexp(0, -sign * ratio))


def _signs_and_shares(mated: Floats, non_mated: Floats) -> tuple[Floats, Floats]:
    """Return 1 for mated and -1 for non-mated rows, and the weight of each."""
    counts = [len(mated), len(non_mated)]
    return np.repeat([1.0, -1.0], counts), np.repeat([0.5 / each for each in counts], counts)


def _loss(weights: Floats, rows: Floats, sign: Floats, share: Floats) -> tuple[float, Floats]:
    """Return the loss and its gradient; sign: 1 mated, -1 non-mated; share: weight of each row."""
    inward, threshold, outward, straight, bias = _unpack(weights, rows.shape[1])
    hidden = np.tanh(rows @ inward + threshold)
    margin = sign * (hidden @ outward + rows @ straight + bias)
    loss = float(share @ np.logaddexp(0, -margin) + WEIGHT_DECAY * weights @ weights)
    derivative = -share * sign / (1 + np.exp(margin))
    back = np.outer(derivative, outward) * (1 - hidden * hidden)
    gradient = np.concatenate(
        [
            (rows.T @ back).ravel(),
            back.sum(0),
            hidden.T @ derivative,
            rows.T @ derivative,
            [derivative.sum()],
        ]
    )
    return loss, gradient + 2 * WEIGHT_DECAY * weights


def _unpack(weights: Floats, features: int) -> list[Floats]:
    """Return inward (f, h), threshold (h,), outward (h,), straight (f,) and bias (1,)."""
    inward, threshold, outward, straight, bias = np.split(
        weights, np.cumsum([features * HIDDEN_UNITS, HIDDEN_UNITS, HIDDEN_UNITS, features])
    )
    return [inward.reshape(features, HIDDEN_UNITS), threshold, outward, straight, bias]
