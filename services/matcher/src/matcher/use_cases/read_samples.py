"""How are images and templates of the caller read? What is wrong is told of the field at fault."""

import numpy as np
from numpy.typing import NDArray

from matcher.domain.errors import (
    BadImage,
    BadTemplate,
    PoorQuality,
    PositionMismatch,
    TooFewMinutiae,
)
from matcher.domain.finger import FingerImage, Template, read_template
from matcher.image.decode import MAX_PIXELS, MAX_SIDE, Decode
from matcher.image.unreadable_image import UnreadableImage
from matcher.minutiae import Minutiae
from matcher.record import iso19794
from matcher.record.invalid_record import InvalidRecord

_CLEAR_QUALITY = 20
"""Least quality of the minutiae of an image that count: most of the fainter ones are false."""


def read_image(
    decode: Decode, image: FingerImage, field: str, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Return the grey values of an image at 500 dpi, uint8 (h, w). Raises BadImage."""
    try:
        return decode(image.data, image.ppi, image.raw_size, max_pixels)
    except UnreadableImage as error:
        raise BadImage(str(error), field=field, fault=error.fault) from None


def read_view(template: Template, field: str, position: int = 0) -> iso19794.FingerRecord:
    """Return the only finger view of a record. Raises BadTemplate, PositionMismatch.

    position: of the finger, as stated; 0 if none is.
    """
    try:
        views = iso19794.read(template.data)
    except InvalidRecord as error:
        raise BadTemplate(str(error), field=field) from None
    if len(views) != 1:
        raise BadTemplate(f"{len(views)} views, exactly one is expected", field=field)
    width, height = views[0].minutiae.width, views[0].minutiae.height
    if max(width, height) > MAX_SIDE:
        raise BadTemplate(f"its image has {width} x {height} pixels at 500 dpi", field=field)
    if position and views[0].position not in (0, position):
        raise PositionMismatch(f"the record is of finger {views[0].position}", field=field)
    return views[0]


def as_stored(minutiae: Minutiae) -> Minutiae:
    """Return minutiae written and read again, as everything is that is compared."""
    return read_template(iso19794.write(iso19794.FingerRecord(0, 0, minutiae)))


def clear_minutiae(minutiae: Minutiae) -> Minutiae:
    """Return those of an image's minutiae that speak for its being accepted."""
    return minutiae[minutiae.quality >= _CLEAR_QUALITY]


def check_quality(quality: int, minimum: int, field: str, position: int = 0) -> None:
    """Raise PoorQuality unless the NFIQ 2 score of an image is as high as that.

    position: of the finger, for the error; 0 if it is unknown.
    """
    if quality < minimum:
        raise PoorQuality(
            f"NFIQ 2 is {quality}, at least {minimum} is needed",
            field=field,
            position=str(position),
            quality=str(quality),
        )


def check_minutiae(minutiae: Minutiae, minimum: int, field: str, position: int = 0) -> None:
    """Raise TooFewMinutiae unless there are minutiae in so many different places.

    position: of the finger, for the error; 0 if it is unknown.
    """
    places = len(set(map(bytes, minutiae.xy)))
    if places < minimum:
        raise TooFewMinutiae(
            f"minutiae in {places} places, at least {minimum} are needed",
            field=field,
            minutiae=str(places),
            position=str(position),
        )
