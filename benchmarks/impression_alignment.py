"""Aligns two impressions of a finger by their minutiae, and measures how they differ then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matcher.comparison.comparator import Comparator, paired_minutiae
from matcher.minutiae import Minutiae
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree  # type: ignore[import-untyped, unused-ignore]

MAX_DISTANCE, MAX_ANGLE = 14.0, np.radians(35.0)
"""A minutia is repeated if, aligned, another lies within these pixels and this angle."""
MIN_PAIRS = 8
"""Fewest pairs of minutiae from which an alignment is made."""
Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class ImpressionDifferences:
    """Differences of two aligned impressions. Pixels; complex numbers are positions, y up.

    rotation: degrees; overlap: share of minutiae inside the other's convex hull.
    repeated, quality: of each minutia in the overlap, of both impressions.
    rigid, affine: root mean square residual of these fits; stretch: per cent, of the affine fit.
    position, residual: of each pair, where it lies and its residual after the affine fit.
    angles: radians by which directions of a pair differ, after the rotation.
    local_residual: difference of `residual` from the mean of its three nearest neighbours, which
        no smooth distortion explains.
    """

    rotation: float
    overlap: float
    repeated: NDArray[np.bool_]
    quality: NDArray[np.uint8]
    rigid: float
    affine: float
    stretch: float
    position: Complex
    residual: Complex
    angles: Floats
    local_residual: Floats


def align(comparator: Comparator, one: Minutiae, two: Minutiae) -> ImpressionDifferences | None:
    """Align `one` with `two`: first by the pairs of the comparison, then by all mutual nearest.

    Returns None where too few minutiae pair.
    """
    chosen = paired_minutiae(comparator.prepare(one), comparator.prepare(two))
    if not len(chosen):
        return None
    i, j = chosen[:, 0], chosen[:, 1]
    z, w = _complex(one), _complex(two)
    rotation, shift = _rigid(z[i], w[j])
    off = abs(w[j] - rotation * z[i] - shift)
    keep = off <= np.median(off) * 1.5 + 2
    rotation, shift = _rigid(z[i[keep]], w[j[keep]])
    moved = rotation * z + shift
    for _ in range(4):
        i, j = _mutual_nearest(moved, one.angle + np.angle(rotation), w, two.angle)
        if len(i) < MIN_PAIRS:
            return None
        linear = _affine(z[i], w[j])
        moved, rotation = _apply(linear, z), complex(linear[0] / abs(linear[0]))
    return _differences(one, two, i, j)


def _differences(one: Minutiae, two: Minutiae, i: Indices, j: Indices) -> ImpressionDifferences:
    z, w = _complex(one), _complex(two)
    rotation, shift = _rigid(z[i], w[j])
    moved = rotation * z + shift
    position, linear = moved[i], _affine(moved[i], w[j])
    residual = w[j] - _apply(linear, position)
    of_one, of_two = _inside(moved, w), _inside(w, moved)
    hits = np.isin(np.arange(len(z)), i)[of_one], np.isin(np.arange(len(w)), j)[of_two]
    angles = two.angle[j] - one.angle[i] - np.angle(rotation)
    return ImpressionDifferences(
        rotation=float(np.degrees(np.angle(rotation))),
        overlap=float((of_one.mean() + of_two.mean()) / 2),
        repeated=np.concatenate(hits),
        quality=np.concatenate([one.quality[of_one], two.quality[of_two]]),
        rigid=float(np.sqrt(np.mean(abs(w[j] - position) ** 2))),
        affine=float(np.sqrt(np.sum(abs(residual) ** 2) / (len(i) - 3))),
        stretch=float(200 * abs(linear[1])),
        position=position,
        residual=residual,
        angles=np.angle(np.exp(1j * angles)),
        local_residual=_difference_from_neighbours(position, residual),
    )


def _difference_from_neighbours(position: Complex, residual: Complex) -> Floats:
    points = np.stack([position.real, position.imag], axis=1)
    near = cKDTree(points).query(points, 4)[1][:, 1:]
    difference: Floats = abs(residual - residual[near].mean(1)) / np.sqrt(4 / 3)
    return difference


def _mutual_nearest(
    z: Complex, a: NDArray[np.floating], w: Complex, b: NDArray[np.floating]
) -> tuple[Indices, Indices]:
    """Return indices of minutiae that are each other's nearest, within distance and angle."""
    off = np.abs(np.angle(np.exp(1j * (a[:, None] - b[None]))))
    apart = np.where(off < MAX_ANGLE, abs(z[:, None] - w[None]), 1e3)
    j = apart.argmin(1)
    i = np.arange(len(z))
    good = (apart.argmin(0)[j] == i) & (apart[i, j] < MAX_DISTANCE)
    return i[good], j[good]


def _complex(impression: Minutiae) -> Complex:
    return np.asarray(impression.xy[:, 0] - 1j * impression.xy[:, 1], np.complex128)


def _rigid(z: Complex, w: Complex) -> tuple[complex, complex]:
    """Return the rotation (of modulus 1) and the shift that bring z (n,) to w (n,)."""
    product = np.sum((w - w.mean()) * (z - z.mean()).conj())
    rotation = product / max(abs(product), 1e-9)
    return complex(rotation), complex(w.mean() - rotation * z.mean())


def _affine(z: Complex, w: Complex) -> Complex:
    """Return three numbers for `_apply`, by least squares."""
    design = np.stack([z, z.conj(), np.ones(len(z))], axis=1)
    return np.asarray(np.linalg.lstsq(design, w, rcond=None)[0])


def _apply(linear: Complex, z: Complex) -> Complex:
    return np.asarray(linear[0] * z + linear[1] * z.conj() + linear[2])


def _inside(z: Complex, hull: Complex) -> NDArray[np.bool_]:
    corners = Delaunay(np.stack([hull.real, hull.imag], axis=1))
    return np.asarray(corners.find_simplex(np.stack([z.real, z.imag], axis=1)) >= 0)
