"""Alters the ridges of a synthetic finger as people alter theirs, and wounds them as life does.

Kinds after Yoon, Feng and Jain ("Altered fingerprints: analysis and detection", TPAMI 34(3), 2012):
ridges obliterated by burns, abrasion or cuts, and ridges distorted by turning a piece of skin,
by exchanging the two flaps of a Z-shaped cut, or by transplanting skin of another finger.
What is altered is the finger: every impression that is rendered of it shows the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.synthetic.ridge_pattern import PATTERN_HEIGHT, PATTERN_WIDTH, RidgePattern
from matcher.synthetic.skin_texture import Image, smooth_noise

_SHAPE = PATTERN_HEIGHT, PATTERN_WIDTH
_ROW, _COLUMN = np.mgrid[:PATTERN_HEIGHT, :PATTERN_WIDTH].astype(np.float32)
_PUCKER_REACH = 14.0
"""Pixels around a scar within which the skin is drawn together."""

Mask = NDArray[np.bool_]
Rng = np.random.Generator


class AlterationKind(StrEnum):
    """How the ridges of a finger were altered."""

    ROTATION = "central rotation"
    Z_CUT = "Z-shaped cut"
    TRANSPLANT = "transplanted skin"
    BURN = "burn"
    ABRASION = "abrasion"
    CUTS = "cuts"


def alter(
    pattern: RidgePattern, kind: AlterationKind, seed: int, donor: RidgePattern
) -> RidgePattern:
    """Return the finger with altered ridges; its minutiae are those from before.

    donor: another finger, whose skin is transplanted. The same arguments give the same result.
    """
    rng = np.random.default_rng((seed, pattern.master.seed, 3))
    relief = _ALTER[kind](pattern, donor.relief, rng)
    return replace(pattern, relief=np.asarray(relief, np.float32))


def wound(pattern: RidgePattern, seed: int) -> RidgePattern:
    """Return the finger with an ordinary scar, wart or blister; its minutiae are not changed."""
    rng = np.random.default_rng((seed, pattern.master.seed, 4))
    if rng.random() < 0.7:
        relief = _cut(pattern.relief, rng, (30.0, 130.0), (0.8, 2.2), 3.0)
    else:
        centre = _middle(pattern) + rng.normal(0.0, 60.0, 2)
        bare = _blob(centre, rng.uniform(8.0, 20.0), 1.0, rng)
        relief = _blend(pattern.relief, _bare_skin(rng), _signed_distance(bare), 3.0)
    return replace(pattern, relief=np.asarray(relief, np.float32))


def _rotation(pattern: RidgePattern, _: Image, rng: Rng) -> Image:
    centre = _middle(pattern) + rng.normal(0.0, 12.0, 2)
    inside = _blob(centre, rng.uniform(45.0, 95.0), rng.uniform(1.0, 1.25), rng, 0.06)
    angle = rng.uniform(0.7, math.pi) * rng.choice((-1.0, 1.0))
    return _replaced(pattern.relief, pattern.relief, _turned(centre, centre, angle), inside, rng)


def _transplant(pattern: RidgePattern, donor: Image, rng: Rng) -> Image:
    centre = _middle(pattern) + rng.normal(0.0, 30.0, 2)
    inside = _blob(centre, rng.uniform(45.0, 95.0), rng.uniform(1.0, 1.6), rng, 0.12)
    source = np.array([0.5 * PATTERN_WIDTH, 0.5 * PATTERN_HEIGHT]) + rng.normal(0.0, 40.0, 2)
    places = _turned(centre, source, rng.uniform(-math.pi, math.pi))
    return _replaced(pattern.relief, donor, places, inside, rng)


def _z_cut(pattern: RidgePattern, _: Image, rng: Rng) -> Image:
    """Exchange the two triangles on either side of the diagonal of a Z, each turned."""
    width, height = rng.uniform(45.0, 85.0), rng.uniform(45.0, 85.0)
    slant = rng.normal(0.0, 0.5)
    cos, sin = math.cos(slant), math.sin(slant)
    corners = np.array([(-width, -height), (width, -height), (-width, height), (width, height)])
    corners = corners @ np.array([[cos, sin], [-sin, cos]]) + _middle(pattern)
    corners += rng.normal(0.0, 15.0, 2)
    upper, lower = corners[[0, 1, 2]], corners[[3, 2, 1]]
    turn = int(rng.choice((1, 2)))
    relief = pattern.relief
    for flap, other in ((upper, lower), (lower, upper)):
        places = _affine(flap, np.roll(other, turn, axis=0))
        relief = _replaced(relief, pattern.relief, places, _triangle(flap), rng)
    return relief


def _burn(pattern: RidgePattern, _: Image, rng: Rng) -> Image:
    relief = pattern.relief
    for _number in range(rng.integers(1, 4)):
        centre = _middle(pattern) + rng.normal(0.0, 35.0, 2)
        bare = _blob(centre, rng.uniform(35.0, 90.0), rng.uniform(1.0, 1.5), rng, 0.25)
        depth = _signed_distance(bare)
        relief = _blend(_puckered(relief, np.abs(depth), rng), _bare_skin(rng), depth, 5.0)
    return relief


def _abrasion(pattern: RidgePattern, _: Image, rng: Rng) -> Image:
    centre = _middle(pattern) + rng.normal(0.0, 25.0, 2)
    rubbed = _blob(centre, rng.uniform(80.0, 150.0), rng.uniform(1.0, 1.4), rng, 0.2)
    slant = rng.uniform(0.0, math.pi)
    across = _COLUMN * math.cos(slant) + _ROW * math.sin(slant)
    along = _ROW * math.cos(slant) - _COLUMN * math.sin(slant)
    streaks = smooth_noise(rng, _SHAPE, 4.0)
    streaks = ndimage.map_coordinates(
        streaks, np.stack([(along * 0.12) % _SHAPE[0], across % _SHAPE[1]]), order=1, mode="wrap"
    )
    rest = rng.uniform(0.1, 0.45)
    rough = rest * pattern.relief + 1.3 * streaks + 0.5 * smooth_noise(rng, _SHAPE, 20.0)
    return _blend(pattern.relief, rough, _signed_distance(rubbed), 12.0)


def _cuts(pattern: RidgePattern, _: Image, rng: Rng) -> Image:
    relief = pattern.relief
    for _number in range(rng.integers(4, 11)):
        relief = _cut(relief, rng, (100.0, 260.0), (1.5, 4.5), 8.0)
    return relief


_ALTER: dict[AlterationKind, Callable[[RidgePattern, Image, Rng], Image]] = {
    AlterationKind.ROTATION: _rotation,
    AlterationKind.Z_CUT: _z_cut,
    AlterationKind.TRANSPLANT: _transplant,
    AlterationKind.BURN: _burn,
    AlterationKind.ABRASION: _abrasion,
    AlterationKind.CUTS: _cuts,
}


def _middle(pattern: RidgePattern) -> NDArray[np.float64]:
    """Return column and row of the middle of the pattern: of its cores, if it has any."""
    cores = pattern.master.field.cores
    middle = cores.mean(axis=0) if len(cores) else np.array([0.0, -20.0])
    return np.asarray(middle + np.array([0.5 * PATTERN_WIDTH, 0.5 * PATTERN_HEIGHT]))


def _replaced(relief: Image, source: Image, places: Image, inside: Mask, rng: Rng) -> Image:
    """Return a relief with skin from elsewhere inside a region, and a scar around it.

    places: float32 (2, h, w), row and column in `source` of each pixel.
    """
    piece = ndimage.map_coordinates(source, places, order=1, mode="reflect")
    distance = np.abs(_signed_distance(inside))
    sewn = _puckered(np.where(inside, piece, relief).astype(np.float32), distance, rng)
    return _scarred(sewn, distance, rng.uniform(1.0, 3.5), rng)


def _scarred(relief: Image, distance: Image, width: float, rng: Rng) -> Image:
    """Return a relief with a scar where a distance is 0: in part a furrow, in part healed."""
    healed = np.clip(0.6 + 0.7 * smooth_noise(rng, _SHAPE, 45.0), 0.0, 1.0)
    ragged = distance + 1.5 * smooth_noise(rng, _SHAPE, 6.0)
    return np.asarray(relief - 2.0 * healed * np.exp(-0.5 * (ragged / width) ** 2), np.float32)


def _puckered(relief: Image, distance: Image, rng: Rng) -> Image:
    """Return a relief whose skin is drawn together, more or less, where a distance is 0."""
    near = np.exp(-distance / _PUCKER_REACH)
    amplitude = rng.uniform(1.0, 4.0)
    places = [
        place + amplitude * near * smooth_noise(rng, _SHAPE, 22.0) for place in (_ROW, _COLUMN)
    ]
    return np.asarray(ndimage.map_coordinates(relief, places, order=1, mode="reflect"), np.float32)


def _cut(
    relief: Image,
    rng: Rng,
    length: tuple[float, float],
    width: tuple[float, float],
    most_shift: float,
) -> Image:
    """Return a relief with the scar of a cut, along which its two sides are shifted."""
    middle = rng.uniform(0.3, 0.7, 2) * (PATTERN_WIDTH, PATTERN_HEIGHT)
    slant, half = rng.uniform(0.0, math.pi), 0.5 * rng.uniform(*length)
    along = (_COLUMN - middle[0]) * math.cos(slant) - (_ROW - middle[1]) * math.sin(slant)
    across = (_COLUMN - middle[0]) * math.sin(slant) + (_ROW - middle[1]) * math.cos(slant)
    across = across + rng.normal(0.0, 0.001) * along**2 + 2.0 * smooth_noise(rng, _SHAPE, 40.0)
    ends = np.clip((half - np.abs(along)) / 12.0, 0.0, 1.0)
    shift = rng.uniform(0.0, most_shift) * ends * np.sign(across) * np.exp(-np.abs(across) / 40.0)
    moved = ndimage.map_coordinates(
        relief,
        [_ROW - shift * math.sin(slant), _COLUMN + shift * math.cos(slant)],
        order=1,
        mode="reflect",
    )
    distance = np.hypot(across, np.maximum(0.0, np.abs(along) - half)).astype(np.float32)
    return _scarred(moved, distance, rng.uniform(*width), rng)


def _bare_skin(rng: Rng) -> Image:
    """Return skin without ridges: blotches and wrinkles that touch the sensor here and there."""
    blotches = smooth_noise(rng, _SHAPE, rng.uniform(12.0, 30.0))
    fine = smooth_noise(rng, _SHAPE, rng.uniform(4.0, 8.0))
    level = rng.uniform(-1.2, 0.8)
    return np.asarray(level + rng.uniform(0.4, 1.1) * blotches + 0.6 * fine, np.float32)


def _blend(relief: Image, other: Image, depth: Image, softness: float) -> Image:
    """Return a relief that is another where a signed distance is positive."""
    share = np.clip(0.5 + depth / (2.0 * softness), 0.0, 1.0)
    return np.asarray(relief + share * (other - relief), np.float32)


def _signed_distance(inside: Mask) -> Image:
    """Return the distance of each pixel to the edge of a region, positive inside."""
    within = ndimage.distance_transform_edt(inside)
    without = ndimage.distance_transform_edt(~inside)
    return np.asarray(within - without, np.float32)


def _blob(
    centre: NDArray[np.float64], radius: float, aspect: float, rng: Rng, raggedness: float = 0.15
) -> Mask:
    """Return an elliptic region with a ragged edge. aspect: of its axes, at any angle."""
    slant = rng.uniform(0.0, math.pi)
    x, y = _COLUMN - centre[0], _ROW - centre[1]
    u = (x * math.cos(slant) + y * math.sin(slant)) / (radius * math.sqrt(aspect))
    v = (y * math.cos(slant) - x * math.sin(slant)) / radius * math.sqrt(aspect)
    return np.asarray(np.hypot(u, v) + raggedness * smooth_noise(rng, _SHAPE, 35.0) < 1.0)


def _triangle(corners: NDArray[np.float64]) -> Mask:
    """Return the pixels inside a triangle. corners: float64 (3, 2), column and row."""
    to_corner = np.linalg.inv(np.vstack([corners.T, np.ones(3)]))
    shares = np.einsum("ij,jhw->ihw", to_corner, np.stack([_COLUMN, _ROW, np.ones(_SHAPE)]))
    return np.asarray((shares >= 0.0).all(axis=0))


def _affine(corners: NDArray[np.float64], source: NDArray[np.float64]) -> Image:
    """Return row and column in the source of each pixel; corners lie on those of the source."""
    matrix = source.T @ np.linalg.inv(np.vstack([corners.T, np.ones(3)]))
    column, row = np.einsum("ij,jhw->ihw", matrix, np.stack([_COLUMN, _ROW, np.ones(_SHAPE)]))
    return np.asarray(np.stack([row, column]), np.float32)


def _turned(centre: NDArray[np.float64], source: NDArray[np.float64], angle: float) -> Image:
    """Return row and column in the source of each pixel, turned about `centre`."""
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = _COLUMN - centre[0], _ROW - centre[1]
    return np.asarray(
        np.stack([source[1] + sin * x + cos * y, source[0] + cos * x - sin * y]), np.float32
    )
