"""What makes a photo a portrait that can be printed in a passport, and when it is none.

After ICAO Doc 9303-3 clause 3.9 and ISO/IEC 19794-5:2011 clause 8 (full frontal image), now
ISO/IEC 39794-5, as far as measurements of the picture can tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class PortraitDefect(StrEnum):
    """What is wrong with a photo."""

    UNREADABLE = "UNREADABLE"
    SIZE = "SIZE"
    ASPECT_RATIO = "ASPECT_RATIO"
    NO_COLOUR = "NO_COLOUR"
    NO_FACE = "NO_FACE"
    SEVERAL_FACES = "SEVERAL_FACES"
    EYES_NOT_FOUND = "EYES_NOT_FOUND"
    EYE_DISTANCE = "EYE_DISTANCE"
    HEAD_TOO_SMALL = "HEAD_TOO_SMALL"
    HEAD_TOO_LARGE = "HEAD_TOO_LARGE"
    OFF_CENTRE = "OFF_CENTRE"
    TILTED = "TILTED"
    TOO_DARK = "TOO_DARK"
    TOO_BRIGHT = "TOO_BRIGHT"
    LOW_CONTRAST = "LOW_CONTRAST"
    BLURRED = "BLURRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMeasurements:
    """What was measured of a whole picture.

    width, height: pixels. chroma: mean difference between the largest and the smallest of red,
    green and blue, 0 to 255. brightest: 95th percentile of the luminance, 0 to 255.
    """

    width: int
    height: int
    chroma: float
    brightest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceMeasurements:
    """What was measured of the face in a picture.

    eye_distance: between the centres of the eyes, pixels. relative_eye_distance: the same, in
    widths of the picture. centre_x, centre_y: the point between the eyes, in widths from the left
    and in heights from the top. tilt: degrees from the horizontal. contrast: from the 2nd to the
    98th percentile of the luminance, 0 to 255. overexposed: share of pixels of 250 and more.
    sharpness: variance of the Laplacian where the eyes are at most 90 pixels apart.
    """

    eye_distance: float
    relative_eye_distance: float
    centre_x: float
    centre_y: float
    tilt: float
    contrast: float
    overexposed: float
    sharpness: float


ASPECT_RATIO = 35 / 45
LEAST_WIDTH, GREATEST_WIDTH = 320, 2400
_ASPECT_TOLERANCE = 0.02
# A picture without colour has a chroma of 0, or of 1 to 2 after compression.
_LEAST_CHROMA = 4.0
# Doc 9303-3: at least 90 pixels between the eyes; the Portrait Quality report recommends 120.
LEAST_EYE_DISTANCE, RECOMMENDED_EYE_DISTANCE = 90, 120
# ISO/IEC 19794-5: the head is 1/2 to 3/4 as wide as the picture, and 16/7 as wide as the eyes are
# apart (4/7 of the width, against 1/4, in its example); the face is in the middle +- 5 %, the eyes
# at 30 to 50 % of the height; rotation at most 8 degrees. Detected eyes are 3 % inaccurate.
_LEAST_HEAD, _GREATEST_HEAD = 0.97 * 0.5 * 7 / 16, 1.03 * 0.75 * 7 / 16
LEAST_WIDTH_UNMEASURED = 425
"""Width in pixels at which eyes are 90 pixels apart in the smallest head that is accepted."""
_MIDDLE, _EYE_LINE = (0.45, 0.55), (0.3, 0.5)
_GREATEST_TILT = 8.0
# Of our own. The whole picture is judged for darkness, since its background is bright and a face
# need not be.
_LEAST_BRIGHTEST, _LEAST_CONTRAST, _GREATEST_OVEREXPOSED, _LEAST_SHARPNESS = 140.0, 80.0, 0.05, 25.0


def picture_defects(picture: PictureMeasurements) -> Iterator[PortraitDefect]:
    """Yield what is wrong with the picture, whatever it shows."""
    if not LEAST_WIDTH <= picture.width <= GREATEST_WIDTH:
        yield PortraitDefect.SIZE
    if abs(picture.width / picture.height / ASPECT_RATIO - 1) > _ASPECT_TOLERANCE:
        yield PortraitDefect.ASPECT_RATIO
    if picture.chroma < _LEAST_CHROMA:
        yield PortraitDefect.NO_COLOUR
    if picture.brightest < _LEAST_BRIGHTEST:
        yield PortraitDefect.TOO_DARK


def face_defects(face: FaceMeasurements) -> Iterator[PortraitDefect]:
    """Yield what is wrong with the only face in a picture."""
    if face.eye_distance < LEAST_EYE_DISTANCE:
        yield PortraitDefect.EYE_DISTANCE
    if face.relative_eye_distance < _LEAST_HEAD:
        yield PortraitDefect.HEAD_TOO_SMALL
    if face.relative_eye_distance > _GREATEST_HEAD:
        yield PortraitDefect.HEAD_TOO_LARGE
    if not (
        _MIDDLE[0] <= face.centre_x <= _MIDDLE[1] and _EYE_LINE[0] <= face.centre_y <= _EYE_LINE[1]
    ):
        yield PortraitDefect.OFF_CENTRE
    if abs(face.tilt) > _GREATEST_TILT:
        yield PortraitDefect.TILTED
    if face.contrast < _LEAST_CONTRAST:
        yield PortraitDefect.LOW_CONTRAST
    if face.overexposed > _GREATEST_OVEREXPOSED:
        yield PortraitDefect.TOO_BRIGHT
    if face.sharpness < _LEAST_SHARPNESS:
        yield PortraitDefect.BLURRED


def recommendations(face: FaceMeasurements) -> Iterator[PortraitDefect]:
    """Yield what could be better in a photo that is accepted."""
    if face.eye_distance < RECOMMENDED_EYE_DISTANCE:
        yield PortraitDefect.EYE_DISTANCE
