"""Verify a finished page by reading its picture, before its job is queued.

PDFium draws the picture; it shares no code with reportlab, which wrote the page. The zone is then
recognised in the pixels, as a reader at a border does it, not taken from the text of the file.
"""

from typing import Any

import numpy as np
from reportlab.lib.units import mm

from printer.page.data_page import HEIGHT_MM, WIDTH_MM, PageData
from printer.page.mrz import Mrz, td3_mrz
from printer.page.mrz_reader import Grey, UnreadableZone, read_mrz
from printer.page.pdfium import UnreadablePdf, opened

_ROUNDING_POINTS = 0.01
_PIXELS_PER_INCH = 300
# Doc 9303-4: the machine readable zone is the lowest 23.2 mm of the page.
_ZONE_MM = 23.2


class PageVerificationError(Exception):
    """A finished page does not carry the data it was made from; it must not be printed."""


def extract_mrz(pdf: bytes) -> Mrz:
    """Return the machine readable zone in the picture of a page.

    pdf: one page of 125 x 88 mm. Raises PageVerificationError for anything else.
    """
    try:
        return read_mrz(picture_of_zone(pdf))
    except UnreadableZone as error:
        raise PageVerificationError(f"the zone cannot be read: {error}") from error


def verify_page(pdf: bytes, data: PageData) -> None:
    """Raise PageVerificationError unless the machine readable zone of `data` is on the page."""
    if extract_mrz(pdf) != td3_mrz(data.mrz):
        raise PageVerificationError("the machine readable zone on the page differs from the data")


def picture_of_zone(pdf: bytes) -> Grey:
    """Return the picture of the zone at 300 pixels per inch."""
    try:
        with opened(pdf) as document:
            return _picture_of_zone(document)
    except UnreadablePdf as error:
        raise PageVerificationError("not a readable PDF") from error


def _picture_of_zone(document: Any) -> Grey:
    if len(document) != 1:
        raise PageVerificationError(f"{len(document)} pages instead of 1")
    page = document[0]
    _check_size(*page.get_size())
    above = (HEIGHT_MM - _ZONE_MM) * mm
    bitmap = page.render(scale=_PIXELS_PER_INCH / 72, crop=(0, 0, 0, above), grayscale=True)
    pixels = np.array(bitmap.to_numpy(), np.uint8)
    return pixels.reshape(bitmap.height, bitmap.width)


def _check_size(width: float, height: float) -> None:
    if max(abs(width - WIDTH_MM * mm), abs(height - HEIGHT_MM * mm)) > _ROUNDING_POINTS:
        raise PageVerificationError(f"the page measures {width / mm:.2f} x {height / mm:.2f} mm")
