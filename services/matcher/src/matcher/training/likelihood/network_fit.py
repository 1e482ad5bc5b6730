"""Fits the network that turns the features of a comparison into a likelihood ratio."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped, unused-ignore]

from matcher.comparison.likelihood import FEATURES, LikelihoodNetwork

HIDDEN_UNITS = 12
WEIGHT_DECAY = 1e-3
ITERATIONS = 300

Floats = NDArray[np.float64]


def fit(mated: Floats, non_mated: Floats) -> tuple[LikelihoodNetwork, float]:
    """Fit the network by logistic regression, mated and non-mated of equal total weight.

    mated, non_mated: float64 (n, 16), features of comparisons. Deterministic.
    Returns the network and the mean loss, natural logarithm.
    """
    rows = np.concatenate([mated, non_mated])
    middle, spread = rows.mean(0), rows.std(0) + 1e-9
    rows = (rows - middle) / spread
    sign = np.repeat([1.0, -1.0], [len(mated), len(non_mated)])
    share = np.repeat([0.5 / len(mated), 0.5 / len(non_mated)], [len(mated), len(non_mated)])
    first = np.zeros((FEATURES + 2) * HIDDEN_UNITS + FEATURES + 1)
    first[: FEATURES * HIDDEN_UNITS] = np.random.default_rng(0).normal(
        0, 1 / math.sqrt(FEATURES), FEATURES * HIDDEN_UNITS
    )
    found = minimize(
        _loss, first, (rows, sign, share), "L-BFGS-B", jac=True, options={"maxiter": ITERATIONS}
    )
    inward, threshold, outward, straight, bias = _unpack(found.x)
    inward, straight = inward / spread[:, None], straight / spread
    return LikelihoodNetwork(
        inward,
        threshold - middle @ inward,
        outward,
        straight,
        float(bias[0] - middle @ straight),
    ), float(found.fun)


def _loss(weights: Floats, rows: Floats, sign: Floats, share: Floats) -> tuple[float, Floats]:
    """Return the loss and its gradient; sign: 1 mated, -1 non-mated; share: weight of each row."""
    inward, threshold, outward, straight, bias = _unpack(weights)
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


def _unpack(weights: Floats) -> list[Floats]:
    """Return inward (16, h), threshold (h,), outward (h,), straight (16,) and bias (1,)."""
    inward, threshold, outward, straight, bias = np.split(
        weights, np.cumsum([FEATURES * HIDDEN_UNITS, HIDDEN_UNITS, HIDDEN_UNITS, FEATURES])
    )
    return [inward.reshape(FEATURES, HIDDEN_UNITS), threshold, outward, straight, bias]
