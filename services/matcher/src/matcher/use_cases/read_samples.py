"""How are images and templates of the caller read? What is wrong is told of the field at fault."""

import numpy as np
from numpy.typing import NDArray

from matcher.domain.errors import BadImage, BadTemplate, TooFewMinutiae
from matcher.domain.finger import FingerImage, Template
from matcher.image.decode import MAX_PIXELS, MAX_SIDE, Decode
from matcher.image.unreadable_image import UnreadableImage
from matcher.minutiae import Minutiae
from matcher.record import iso19794
from matcher.record.invalid_record import InvalidRecord


def read_image(
    decode: Decode, image: FingerImage, field: str, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Return the grey values of an image at 500 dpi, uint8 (h, w). Raises BadImage."""
    try:
        return decode(image.data, image.ppi, image.raw_size, max_pixels)
    except UnreadableImage as error:
        raise BadImage(str(error), field=field, fault=error.fault) from None


def read_view(template: Template, field: str) -> iso19794.FingerRecord:
    """Return the only finger view of a record. Raises BadTemplate."""
    try:
        views = iso19794.read(template.data)
    except InvalidRecord as error:
        raise BadTemplate(str(error), field=field) from None
    if len(views) != 1:
        raise BadTemplate(f"{len(views)} views, exactly one is expected", field=field)
    width, height = views[0].minutiae.width, views[0].minutiae.height
    if max(width, height) > MAX_SIDE:
        raise BadTemplate(f"its image has {width} x {height} pixels at 500 dpi", field=field)
    return views[0]


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
