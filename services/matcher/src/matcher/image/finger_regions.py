"""Where on a slap are the fingers?

1. Skin is where the grey varies as ridges make it vary.
2. Fingers that touch are separated by eroding the skin, as little as gives the expected number.
3. The mean of the principal axes is the direction of the hand. A part that lies below another along
   it is another phalanx of the same finger, beyond the crease, and is left out.
4. A finger without a crease ends `_MOST_LENGTH` widths below its tip.

Works at 125 dpi: a pixel here is `SCALE` pixels of the image.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

SCALE = 4
_WINDOW = 11
"""Pixels at 500 dpi over which the grey's variation is measured: a ridge and a valley."""
_LEAST_DEVIATION = 10.0
"""Least standard deviation of the grey on skin."""
_SHARE_OF_STRONGEST = 0.35
"""Least standard deviation on skin, in those of the clearest ridges."""
_LEAST_SIDE = 20
"""Least width and length of a finger or phalanx: 4 mm."""
_LEAST_SHARE = 0.5
"""Least width of a finger, in median widths of the fingers."""
_EROSIONS = range(2, 17)
"""How far the skin is eroded to separate fingers; the first that serves is taken."""
_MOST_LENGTH = 1.6
"""Greatest length of the last phalanx, in widths."""
_MOST_LEAN = math.radians(45.0)
_MOST_SPLAY = math.radians(15.0)

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FingerRegion:
    """The skin of the last phalanx of a finger.

    mask: bool, of the whole slap. angle: radians counter-clockwise from upright.
    box: left, top, right and bottom in a frame in which the finger is upright (see `upright`).
    """

    mask: Mask
    box: tuple[float, float, float, float]
    angle: float


def skin_of(image: NDArray[np.uint8]) -> Mask:
    """Return where the grey varies as ridges do. image: uint8 (h, w), 500 dpi."""
    grey = image.astype(np.float32)
    mean = ndimage.uniform_filter(grey, _WINDOW)[::SCALE, ::SCALE]
    square = ndimage.uniform_filter(grey * grey, _WINDOW)[::SCALE, ::SCALE]
    deviation = np.sqrt(np.maximum(0.0, square - mean * mean))
    least = max(_LEAST_DEVIATION, _SHARE_OF_STRONGEST * np.percentile(deviation, 99.0))
    skin: Mask = ndimage.binary_opening(ndimage.binary_fill_holes(deviation > least), iterations=2)
    return skin


def find_fingers(skin: Mask, expected: int) -> tuple[list[FingerRegion], float]:
    """Return the fingertips from left to right, and the direction of the hand, radians.

    expected: number of fingers; more erosion is tried until so many are found. If it never serves,
    what the least erosion finds is returned.
    """
    depth = ndimage.distance_transform_edt(skin)
    tried = []
    for erosion in _EROSIONS:
        parts = _separate(skin, depth, erosion)
        direction = _direction(parts)
        tried.append((_fingertips(parts, direction), direction))
        if len(tried[-1][0]) == expected:
            return tried[-1]
    return tried[0]


def upright(points: Points, angle: float) -> Points:
    """Return points (n, 2), x and y down, in a frame in which what is at `angle` is upright."""
    cos, sin = math.cos(angle), math.sin(angle)
    turned: Points = points @ np.array([[cos, sin], [-sin, cos]])
    return turned


def _direction(parts: Sequence[Mask]) -> float:
    """Return the direction of the hand: the mean of the parts' principal axes, long parts first.

    Parts whose axis is far from upright, as of a phalanx that is wider than long, do not count.
    """
    leans = np.array([(*_lean(_points(part)), part.sum()) for part in parts]).reshape(-1, 3)
    lean, elongation, size = leans[np.abs(leans[:, 0]) < _MOST_LEAN].T
    weight = size * (elongation + 1e-3)
    return float(weight @ lean / weight.sum()) if len(lean) else 0.0


def _separate(skin: Mask, depth: NDArray[np.float64], erosion: int) -> list[Mask]:
    """Return the connected parts of eroded skin, grown again to their part of the skin."""
    labels, count = ndimage.label(depth > erosion)
    distance, nearest = ndimage.distance_transform_edt(labels == 0, return_indices=True)
    grown = np.where(skin & (distance <= 1.5 * erosion + 1.0), labels[tuple(nearest)], 0)
    parts = [grown == label for label in range(1, count + 1)]
    return [part for part in parts if part.sum() >= _LEAST_SIDE**2 / 2]


def _fingertips(parts: Sequence[Mask], direction: float) -> list[FingerRegion]:
    """Return the topmost part of each finger, left to right."""
    regions = [_region(part, direction) for part in parts]
    regions = [each for each in regions if min(_width(each), _height(each)) >= _LEAST_SIDE]
    tips: list[FingerRegion] = []
    for region in sorted(regions, key=lambda each: each.box[1]):
        if not any(_is_below(region, tip) for tip in tips):
            tips.append(region)
    widths = [_width(tip) for tip in tips]
    wide = [tip for tip in tips if _width(tip) >= _LEAST_SHARE * np.median(widths)]
    return [_as_fingertip(tip) for tip in sorted(wide, key=lambda tip: tip.box[0] + tip.box[2])]


def _region(mask: Mask, angle: float) -> FingerRegion:
    xy = upright(_points(mask), angle)
    left, top = xy.min(0)
    right, bottom = xy.max(0)
    return FingerRegion(mask, (float(left), float(top), float(right), float(bottom)), angle)


def _is_below(region: FingerRegion, tip: FingerRegion) -> bool:
    """Return whether a region is another phalanx of the finger with this tip."""
    common = min(region.box[2], tip.box[2]) - max(region.box[0], tip.box[0])
    return common > 0.5 * min(_width(region), _width(tip))


def _as_fingertip(region: FingerRegion) -> FingerRegion:
    """Return the region within a box along its own principal axis, no longer than a phalanx."""
    angle = _own_angle(region)
    turned = _region(region.mask, angle)
    end = turned.box[1] + _MOST_LENGTH * _width(turned)
    if turned.box[3] <= end:
        return turned
    rows, columns = np.nonzero(region.mask)
    kept = upright(_points(region.mask), angle)[:, 1] <= end
    mask = np.zeros_like(region.mask)
    mask[rows[kept], columns[kept]] = True
    return _region(mask, angle)


def _own_angle(region: FingerRegion) -> float:
    """Return the direction of the region's principal axis, drawn to the hand's if it is round."""
    lean, elongation = _lean(upright(_points(region.mask), region.angle))
    trust = elongation**2 / (elongation**2 + 0.01)
    return region.angle + float(np.clip(trust * lean, -_MOST_SPLAY, _MOST_SPLAY))


def _lean(points: Points) -> tuple[float, float]:
    """Return the angle of the principal axis, radians from upright, and 0 (round) to 1 (a line)."""
    across, covariance, along = np.cov(points.T).flat[[0, 1, 3]]
    # y is down, so what leans to the left, counter-clockwise, has a positive covariance.
    difference = math.hypot(2.0 * covariance, along - across)
    return 0.5 * math.atan2(2.0 * covariance, along - across), difference / (along + across)


def _points(mask: Mask) -> Points:
    rows, columns = np.nonzero(mask)
    return np.stack([columns, rows], 1).astype(np.float64)


def _width(region: FingerRegion) -> float:
    return region.box[2] - region.box[0] + 1.0


def _height(region: FingerRegion) -> float:
    return region.box[3] - region.box[1] + 1.0
