"""Which smooth ridge flow of a finger comes closest to what an image shows?

A finger's flow is that of at most two cores and two deltas (zero-pole model, Sherlock and Monro,
Pattern Recognition 26(7), 1993), turned by a smooth angle: here by a polynomial (Zhou and Gu, "A
model-based method for the computation of fingerprints' orientation field", IEEE Trans. Image
Processing 13(6), 2004). Altered ridges have other singular points, or jump: what such a flow cannot
follow speaks for it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import legvander2d
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.extraction.ridge_flow import Field, Floats, RidgeFlow

_DEGREE = 6
_MOST_OF_A_KIND = 2
_MOST_CANDIDATES = 10
_LEAST_GAIN = 0.001
"""Least share of the field that a singular point must explain to be taken into the model."""
_DAMPING = 0.02
_TURNED = 0.3
"""Sine of the difference, about 17 degrees, at which a block begins to lose its weight."""

_Equations = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class FingerModel:
    """The flow of a finger that comes closest.

    field: complex64 (r, c), unit vectors at twice the orientation, as `RidgeFlow.field`.
    difference: float32 (r, c), radians between both orientations, 0 to pi/2; 0 off the skin.
    unexplained: row and column of the singular points of the image that the model has not, (k, 2).
    """

    field: Field
    difference: Floats
    unexplained: NDArray[np.float64]


def fit_finger(flow: RidgeFlow) -> FingerModel:
    """Return the model of a ridge flow whose skin has at least one block."""
    fit = _Fit(flow)
    points, kinds = _singular_points(flow)
    chosen = _chosen(fit, points, kinds)
    model = fit.robust(_turns(fit.places, points[chosen], kinds[chosen]))
    field = np.ones(flow.field.shape, np.complex64)
    field[flow.skin] = model
    angle = 0.5 * np.abs(np.angle(flow.field * np.conj(field)))
    difference = np.where(flow.skin, angle, 0.0).astype(np.float32)
    left = np.setdiff1d(np.arange(len(points)), chosen)
    return FingerModel(field, difference, points[left])


class _Fit:
    """Fits polynomials to the ridge flow of the skin, by least squares of complex numbers."""

    def __init__(self, flow: RidgeFlow) -> None:
        rows, columns = np.nonzero(flow.skin)
        self.places = np.stack([rows, columns], 1).astype(np.float64)
        centre = 0.5 * (self.places.min(0) + self.places.max(0))
        scale = max(1.0, float(np.abs(self.places - centre).max()))
        y, x = ((self.places - centre) / scale).T
        basis = legvander2d(x, y, [_DEGREE, _DEGREE])
        degree = np.add.outer(np.arange(_DEGREE + 1), np.arange(_DEGREE + 1)).ravel()
        self._basis = basis[:, degree <= _DEGREE]
        self._damping = _DAMPING * degree[degree <= _DEGREE] ** 2
        self._observed = flow.field[flow.skin].astype(np.complex128)
        self._weight = np.maximum(flow.coherence[flow.skin].astype(np.float64), 0.01) ** 2
        self._of_all = self._equations(self._weight)

    def loss(self, turns: NDArray[np.complex128]) -> float:
        """Return the weighted mean of the squared sine of the difference, 0 to 1.

        turns: the field of the singular points, unit vectors (n,).
        """
        difference = np.real(self._field(turns, self._of_all) * np.conj(self._observed))
        return float(0.5 - 0.5 * (self._weight @ difference) / self._weight.sum())

    def robust(self, turns: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Return the closest field to most of the skin: blocks far from it lose their weight."""
        field = self._field(turns, self._of_all)
        for _ in range(4):
            square = 0.5 - 0.5 * np.real(field * np.conj(self._observed))
            weight = self._weight / (1.0 + square / _TURNED**2) ** 2
            field = self._field(turns, self._equations(weight))
        return field

    def _equations(self, weight: NDArray[np.float64]) -> _Equations:
        """Return the weighted terms, float64 (n, t), and their normal matrix, damped (t, t)."""
        weighted = self._basis * weight[:, None]
        normal = weighted.T @ self._basis
        normal += np.diag(self._damping * weight.sum() / len(self._damping))
        return weighted, normal

    def _field(
        self, turns: NDArray[np.complex128], equations: _Equations
    ) -> NDArray[np.complex128]:
        """Return the closest field with the singular points of `turns`, unit vectors (n,)."""
        weighted, normal = equations
        smooth = self._basis @ np.linalg.solve(
            normal, weighted.T @ (self._observed * np.conj(turns))
        )
        return np.asarray(turns * smooth / np.maximum(np.abs(smooth), 1e-9))


def _singular_points(flow: RidgeFlow) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return where the field winds, row and column (k, 2), and how: 1 core, -1 delta (k,).

    The clearest first. Opposite points beside each other are noise, and cancel.
    """
    vectors = flow.field * flow.coherence
    smooth = ndimage.gaussian_filter(vectors.real, 1.0) + 1j * ndimage.gaussian_filter(
        vectors.imag, 1.0
    )
    corners = smooth[:-1, :-1], smooth[:-1, 1:], smooth[1:, 1:], smooth[1:, :-1]
    steps = sum(
        np.angle(after * np.conj(before))
        for before, after in zip(corners, corners[1:] + corners[:1], strict=True)
    )
    # Rows run downwards, angles upwards.
    winding = -np.rint(np.asarray(steps) / (2.0 * np.pi)).astype(np.int64)
    winding[~flow.interior[:-1, :-1]] = 0
    rows, columns = np.nonzero(winding)
    points = np.stack([rows, columns], 1).astype(np.float64) + 0.5
    kinds = np.sign(winding[rows, columns])
    keep = np.ones(len(points), np.bool_)
    for i in range(len(points)):
        near = keep & (kinds == -kinds[i])
        near &= np.abs(points - points[i]).max(axis=1) < 2.5
        if keep[i] and near.any():
            keep[i] = keep[int(np.argmax(near))] = False
    clear = ndimage.uniform_filter(flow.coherence, 5)[rows, columns]
    order = np.argsort(-clear[keep], kind="stable")
    return points[keep][order], kinds[keep][order].astype(np.int64)


def _chosen(fit: _Fit, points: NDArray[np.float64], kinds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which singular points explain most of the field, at most two of each kind."""
    chosen = np.empty(0, np.int64)
    loss = fit.loss(_turns(fit.places, points[chosen], kinds[chosen]))
    while len(chosen) < 2 * _MOST_OF_A_KIND:
        tried = [
            np.append(chosen, i)
            for i in range(min(len(points), _MOST_CANDIDATES))
            if i not in chosen and np.count_nonzero(kinds[chosen] == kinds[i]) < _MOST_OF_A_KIND
        ]
        losses = [fit.loss(_turns(fit.places, points[each], kinds[each])) for each in tried]
        if min(losses, default=loss) > loss - _LEAST_GAIN:
            break
        best = int(np.argmin(losses))
        chosen, loss = tried[best], losses[best]
    return chosen


def _turns(
    places: NDArray[np.float64], points: NDArray[np.float64], kinds: NDArray[np.int64]
) -> NDArray[np.complex128]:
    """Return the field of singular points alone, unit vectors (n,)."""
    turns = np.ones(len(places), np.complex128)
    for point, kind in zip(points, kinds, strict=True):
        row, column = (places - point).T
        away = column - 1j * row
        away /= np.maximum(np.abs(away), 1e-9)
        turns *= away if kind > 0 else np.conj(away)
    return turns
