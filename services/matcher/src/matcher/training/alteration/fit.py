"""Fits the detector: a logistic regression in which no sign speaks for unaltered ridges."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped, unused-ignore]

from matcher.alteration.signs import SIGNS
from matcher.alteration.usual_signs import SPREAD_TERMS, UsualSigns, clarity_terms

_FOLDS = 5
"""Parts of the fingers; each is scored by weights that were fitted to the others."""
_WEIGHT_DECAY = 3e-3
_DAMPING = 3.0
"""Weight of the damping of terms of clarity and size, in images."""
_LEAST_SPREAD = 0.4
"""Least spread of a sign, in those of all images."""
_TO_DEVIATION = 1.25
"""Standard deviation of a normal distribution, in mean absolute deviations."""
_RARE = 99.5
"""Percentile of unaltered fingers above which a sign is worth mentioning."""
_TAIL = 0.1
"""Share of unaltered fingers, the most unusual ones, from which the rarest are extrapolated."""
_LEVELS = np.array([0.0, 0.3, 0.5, 0.7, 1.0])
"""Scores whose margins are read from unaltered fingers; above, they follow from the tail."""
_HIGHEST = 4.0

Floats = NDArray[np.float64]


class Samples(NamedTuple):
    """features: float64 (n, FEATURES). altered: bool (n,). finger: int (n,), which it is of."""

    features: Floats
    altered: NDArray[np.bool_]
    finger: NDArray[np.int64]


class _Fitted(NamedTuple):
    usual: UsualSigns
    weight: Floats
    bias: float

    def margins(self, features: Floats) -> Floats:
        return np.asarray(self.usual.deviations(features) @ self.weight + self.bias)


def fit(samples: Samples, file: Path) -> None:
    """Fit the detector, calibrate its false alarms, and write it. Deterministic."""
    margins = np.empty(len(samples.finger))
    for part in range(_FOLDS):
        left_out = samples.finger % _FOLDS == part
        fitted = _fit(samples.features[~left_out], samples.altered[~left_out])
        margins[left_out] = fitted.margins(samples.features[left_out])
    fitted = _fit(samples.features, samples.altered)
    unaltered = ~samples.altered
    levels, scores = _calibration(margins[unaltered])
    deviations = fitted.usual.deviations(samples.features[unaltered])
    numbers = {
        "usual": fitted.usual.value,
        "spread": fitted.usual.spread,
        "least_spread": fitted.usual.least_spread,
        "weight": fitted.weight,
        "bias": np.array(fitted.bias),
        "rare": np.percentile(deviations, _RARE, axis=0),
        "margins": levels,
        "scores": scores,
    }
    rounded = {name: np.round(value, 6).tolist() for name, value in numbers.items()}
    file.write_text(json.dumps(rounded, indent=1) + "\n")


def _fit(features: Floats, altered: NDArray[np.bool_]) -> _Fitted:
    usual = _usual(features[~altered])
    weight, bias = _regression(usual.deviations(features), altered)
    return _Fitted(usual, weight, bias)


def _usual(features: Floats) -> UsualSigns:
    """Fit what unaltered fingers show to their clarity and size."""
    terms, signs = clarity_terms(features), features[:, :SIGNS]
    value = _least_squares(terms, signs)
    rest = np.abs(signs - terms @ value)
    spread = _least_squares(terms[:, :SPREAD_TERMS], rest)
    return UsualSigns(value, spread * _TO_DEVIATION, rest.mean(0) * _LEAST_SPREAD * _TO_DEVIATION)


def _least_squares(terms: Floats, signs: Floats) -> Floats:
    damped = terms.T @ terms + _DAMPING * np.eye(terms.shape[1])
    return np.asarray(np.linalg.solve(damped, terms.T @ signs))


def _regression(deviations: Floats, altered: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Return weights, none negative, and bias; both kinds have the same total weight."""
    sign = np.where(altered, 1.0, -1.0)
    share = np.where(altered, 0.5 / altered.sum(), 0.5 / (~altered).sum())

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (deviations @ weights[:-1] + weights[-1])
        slope = -share * sign / (1.0 + np.exp(margin))
        decay = _WEIGHT_DECAY * weights[:-1]
        value = share @ np.logaddexp(0.0, -margin) + decay @ weights[:-1]
        return float(value), np.append(deviations.T @ slope + 2.0 * decay, slope.sum())

    bounds = [*[(0.0, None)] * SIGNS, (None, None)]
    best = minimize(loss, np.zeros(SIGNS + 1), jac=True, bounds=bounds, method="L-BFGS-B")
    return best.x[:-1], float(best.x[-1])


def _calibration(margins: Floats) -> tuple[Floats, Floats]:
    """Return the margins of scores, both rising.

    margins: of unaltered fingers. The rarest false alarms follow an exponential tail.
    """
    start = float(np.quantile(margins, 1.0 - _TAIL))
    scale = float((margins[margins > start] - start).mean())
    levels = np.quantile(margins, 1.0 - 10.0**-_LEVELS)
    end = start + scale * np.log(10.0) * (_HIGHEST + np.log10(_TAIL))
    return np.append(levels, end), np.append(_LEVELS, _HIGHEST)
