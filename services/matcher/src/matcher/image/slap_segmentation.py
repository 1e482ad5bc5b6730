"""Cuts the fingers out of a slap, an image of several fingers pressed flat at once.

The task and its measures are those of NIST's evaluations of slap segmentation, SlapSeg04 (NISTIR
7209) and SlapSegII (NISTIR 7553): find the last phalanx of each finger, state its position, and
notice a wrong hand. The method is our own: `finger_regions` finds the fingers from left to right,
`fingertip_heights` says whether the tips are at the heights of the stated hand's.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.image.finger_regions import SCALE, FingerRegion, find_fingers, skin_of, upright
from matcher.image.fingertip_heights import evidence_for_hand

RIGHT_FOUR, LEFT_FOUR, TWO_THUMBS = 13, 14, 15
"""ISO/IEC 19794-4, table 6."""
FINGERS: Mapping[int, tuple[int, ...]] = {
    RIGHT_FOUR: (2, 3, 4, 5),
    LEFT_FOUR: (10, 9, 8, 7),
    TWO_THUMBS: (6, 1),
}
"""Finger positions of each slap from left to right."""
_MARGIN = 12
"""Pixels around a finger that are cut out with it."""
_OTHER_HAND = -2.0
"""Evidence for the stated hand (natural logarithm) below which it is the other one."""


class WrongHand(ValueError):
    """The slap shows the other hand than stated."""


class FingersNotFound(ValueError):
    """The slap does not show the fingers that it should. expected, found: numbers of fingers."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(f"{found} fingers were found, {expected} were expected")
        self.expected, self.found = expected, found


@dataclass(frozen=True, slots=True, eq=False)
class SegmentedFinger:
    """A finger of a slap; pixels at 500 dpi, y down.

    x, y: its centre. width, height: across and along the finger.
    angle: radians counter-clockwise from upright, -pi/2 to pi/2.
    image: uint8, the finger alone and upright, with a margin, on the slap's background.
    """

    position: int
    x: float
    y: float
    width: float
    height: float
    angle: float
    image: NDArray[np.uint8]


def segment(
    image: NDArray[np.uint8], slap: int, missing: Collection[int] = ()
) -> list[SegmentedFinger]:
    """Return the fingers of a slap from left to right.

    image: uint8 (h, w), 500 dpi, ridges dark. slap: its code.
    missing: positions of fingers that it does not show.
    Raises FingersNotFound, and WrongHand if the fingertips clearly speak for the other hand; those
    of thumbs and of a single finger cannot.
    """
    expected = [position for position in FINGERS[slap] if position not in missing]
    skin = skin_of(image)
    fingers, direction = find_fingers(skin, len(expected))
    if len(fingers) != len(expected):
        raise FingersNotFound(len(expected), len(fingers))
    if slap != TWO_THUMBS and len(expected) > 1:
        tips = upright(np.array([_tip(finger) for finger in fingers]), direction)
        if evidence_for_hand(SCALE * tips, expected) < _OTHER_HAND:
            raise WrongHand("the fingertips are at the heights of the other hand's")
    background = int(np.median(image[::SCALE, ::SCALE][~skin]))
    return [
        _cut_out(image, finger, position, background)
        for finger, position in zip(fingers, expected, strict=True)
    ]


def _tip(finger: FingerRegion) -> NDArray[np.float64]:
    """Return x and y of the tip on the slap, pixels of the region."""
    left, top, right, _ = finger.box
    tip: NDArray[np.float64] = upright(np.array([[(left + right) / 2, top]]), -finger.angle)[0]
    return tip


def _cut_out(
    image: NDArray[np.uint8], finger: FingerRegion, position: int, background: int
) -> SegmentedFinger:
    left, top, right, bottom = finger.box
    middle = np.array([[(left + right) / 2, (top + bottom) / 2]])
    x, y = SCALE * upright(middle, -finger.angle)[0]
    width, height = SCALE * (right - left + 1), SCALE * (bottom - top + 1)
    # Other fingers beside it must add nothing to its quality and its minutiae.
    alone = ndimage.binary_dilation(finger.mask, iterations=_MARGIN // SCALE)
    around = np.repeat(np.repeat(alone, SCALE, 0), SCALE, 1)[: image.shape[0], : image.shape[1]]
    cleaned = Image.fromarray(np.where(around, image, np.uint8(background)))
    columns, rows = round(width) + 2 * _MARGIN, round(height) + 2 * _MARGIN
    cos, sin = math.cos(finger.angle), math.sin(finger.angle)
    turned = cleaned.transform(
        (columns, rows),
        Image.Transform.AFFINE,
        (
            *(cos, sin, x - cos * columns / 2 - sin * rows / 2),
            *(-sin, cos, y + sin * columns / 2 - cos * rows / 2),
        ),
        Image.Resampling.BICUBIC,
        fillcolor=background,
    )
    return SegmentedFinger(
        position, float(x), float(y), width, height, finger.angle, np.array(turned)
    )
