"""Why a photo with certain defects is printed nevertheless: what a supervisor may decide.

ICAO Doc 9303-3 clause 3.9 allows head coverings for religious reasons, and medical ones of every
kind. Never excepted is what the printed page needs: a readable picture in colour, its size, shape
and resolution, one person alone, in focus.
"""

from collections.abc import Mapping
from enum import StrEnum

from issuance.domain.portrait_defects import PortraitDefect


class PortraitException(StrEnum):
    """The coded reason of an exception."""

    HEAD_COVERING = "HEAD_COVERING"
    EYES = "EYES"
    POSTURE = "POSTURE"
    MEDICAL_DEVICE = "MEDICAL_DEVICE"
    SKIN = "SKIN"


_D = PortraitDefect
EXCEPTED: Mapping[PortraitException, frozenset[PortraitDefect]] = {
    # Religious or medical: a face framed by cloth measures differently, or is not detected.
    PortraitException.HEAD_COVERING: frozenset(
        {_D.NO_FACE, _D.HEAD_TOO_SMALL, _D.HEAD_TOO_LARGE, _D.LOW_CONTRAST}
    ),
    # Closed for good, missing, patched, or not to be uncovered.
    PortraitException.EYES: frozenset({_D.EYES_NOT_FOUND, _D.NO_FACE}),
    # A head that cannot be held upright or straight.
    PortraitException.POSTURE: frozenset({_D.TILTED, _D.OFF_CENTRE, _D.NO_FACE, _D.EYES_NOT_FOUND}),
    # A tube, a mask or a support that cannot be taken off for the photo.
    PortraitException.MEDICAL_DEVICE: frozenset(
        {_D.NO_FACE, _D.EYES_NOT_FOUND, _D.OFF_CENTRE, _D.LOW_CONTRAST}
    ),
    # Skin that the limits for light do not suit.
    PortraitException.SKIN: frozenset({_D.TOO_DARK, _D.TOO_BRIGHT, _D.LOW_CONTRAST}),
}
"""Defects that each reason can except; all others still refuse the photo."""
