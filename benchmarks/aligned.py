"""One touch of a finger laid on another by their minutiae alone, and what differs then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matcher.comparison.comparator import Comparator, paired_minutiae
from matcher.minutiae import Minutiae
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree  # type: ignore[import-untyped, unused-ignore]

NEAR, ALIKE = 14.0, np.radians(35.0)
"""A minutia repeats if, aligned, another lies within so many pixels and this turn."""
FEWEST = 8
"""Pairs below which an alignment is not trusted."""
Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """How two touches differ. Pixels; complex numbers are positions, y upwards.

    turn: degrees; overlap: share of minutiae inside the other's convex hull.
    repeats, quality: for each minutia in the overlap, of both touches.
    rigid, affine: root mean square of what these fits leave; stretch: per cent, of the affine fit.
    where, rest: of each pair, its place and what the affine fit leaves.
    angles: radians by which directions of a pair differ, after the turn.
    fine: what is left of `rest` beside its three nearest neighbours' mean: no smooth distortion.
    """

    turn: float
    overlap: float
    repeats: NDArray[np.bool_]
    quality: NDArray[np.uint8]
    rigid: float
    affine: float
    stretch: float
    where: Complex
    rest: Complex
    angles: Floats
    fine: Floats


def align(comparator: Comparator, one: Minutiae, two: Minutiae) -> Aligned | None:
    """Lay `one` on `two` by the pairs of the comparison, then by all that fall together."""
    chosen = paired_minutiae(comparator.prepare(one), comparator.prepare(two))
    if not len(chosen):
        return None
    i, j = chosen[:, 0], chosen[:, 1]
    z, w = _complex(one), _complex(two)
    turn, shift = _rigid(z[i], w[j])
    off = abs(w[j] - turn * z[i] - shift)
    keep = off <= np.median(off) * 1.5 + 2
    turn, shift = _rigid(z[i[keep]], w[j[keep]])
    moved = turn * z + shift
    for _ in range(4):
        i, j = _together(moved, one.angle + np.angle(turn), w, two.angle)
        if len(i) < FEWEST:
            return None
        linear = _affine(z[i], w[j])
        moved, turn = _apply(linear, z), complex(linear[0] / abs(linear[0]))
    return _differences(one, two, i, j)


def _differences(one: Minutiae, two: Minutiae, i: Indices, j: Indices) -> Aligned:
    z, w = _complex(one), _complex(two)
    turn, shift = _rigid(z[i], w[j])
    moved = turn * z + shift
    where, linear = moved[i], _affine(moved[i], w[j])
    rest = w[j] - _apply(linear, where)
    of_one, of_two = _inside(moved, w), _inside(w, moved)
    hits = np.isin(np.arange(len(z)), i)[of_one], np.isin(np.arange(len(w)), j)[of_two]
    angles = two.angle[j] - one.angle[i] - np.angle(turn)
    return Aligned(
        turn=float(np.degrees(np.angle(turn))),
        overlap=float((of_one.mean() + of_two.mean()) / 2),
        repeats=np.concatenate(hits),
        quality=np.concatenate([one.quality[of_one], two.quality[of_two]]),
        rigid=float(np.sqrt(np.mean(abs(w[j] - where) ** 2))),
        affine=float(np.sqrt(np.sum(abs(rest) ** 2) / (len(i) - 3))),
        stretch=float(200 * abs(linear[1])),
        where=where,
        rest=rest,
        angles=np.angle(np.exp(1j * angles)),
        fine=_beside_neighbours(where, rest),
    )


def _beside_neighbours(where: Complex, rest: Complex) -> Floats:
    points = np.stack([where.real, where.imag], axis=1)
    near = cKDTree(points).query(points, 4)[1][:, 1:]
    beside: Floats = abs(rest - rest[near].mean(1)) / np.sqrt(4 / 3)
    return beside


def _together(
    z: Complex, a: NDArray[np.floating], w: Complex, b: NDArray[np.floating]
) -> tuple[Indices, Indices]:
    """Indices of those that are each other's nearest, near and alike enough."""
    off = np.abs(np.angle(np.exp(1j * (a[:, None] - b[None]))))
    apart = np.where(off < ALIKE, abs(z[:, None] - w[None]), 1e3)
    j = apart.argmin(1)
    i = np.arange(len(z))
    good = (apart.argmin(0)[j] == i) & (apart[i, j] < NEAR)
    return i[good], j[good]


def _complex(touch: Minutiae) -> Complex:
    return np.asarray(touch.xy[:, 0] - 1j * touch.xy[:, 1], np.complex128)


def _rigid(z: Complex, w: Complex) -> tuple[complex, complex]:
    """ResponsibleParty (of modulus 1) and shift that bring z (n,) to w (n,)."""
    product = np.sum((w - w.mean()) * (z - z.mean()).conj())
    turn = product / max(abs(product), 1e-9)
    return complex(turn), complex(w.mean() - turn * z.mean())


def _affine(z: Complex, w: Complex) -> Complex:
    """Three numbers for `_apply`, by least squares."""
    design = np.stack([z, z.conj(), np.ones(len(z))], axis=1)
    return np.asarray(np.linalg.lstsq(design, w, rcond=None)[0])


def _apply(linear: Complex, z: Complex) -> Complex:
    return np.asarray(linear[0] * z + linear[1] * z.conj() + linear[2])


def _inside(z: Complex, hull: Complex) -> NDArray[np.bool_]:
    corners = Delaunay(np.stack([hull.real, hull.imag], axis=1))
    return np.asarray(corners.find_simplex(np.stack([z.real, z.imag], axis=1)) >= 0)
