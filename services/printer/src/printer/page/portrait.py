"""The holder's portrait in zone V of the data page (ICAO Doc 9303-4 clause 3)."""

import io

from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from printer.page.unprintable import UnprintableField

# Doc 9303-4: at least 32 x 26 mm; 33 mm are as wide as the zone allows.
_LEFT_MM, _BOTTOM_MM, _WIDTH_MM, _HEIGHT_MM = 4.0, 25.4, 33.0, 33.0 * 45 / 35
_LEAST_WIDTH, _GREATEST_WIDTH = 320, 1200
_ASPECT_RATIO, _TOLERANCE = 35 / 45, 0.02


def draw_portrait(canvas: Canvas, jpeg: bytes) -> None:
    """Draw a portrait in true size.

    jpeg: baseline, in colour, 35 : 45, 320 to 1200 pixels wide. Raises UnprintableField for others.
    """
    _check(jpeg)
    canvas.drawImage(
        ImageReader(io.BytesIO(jpeg)), _LEFT_MM * mm, _BOTTOM_MM * mm, _WIDTH_MM * mm,
        _HEIGHT_MM * mm,
    )  # fmt: skip


def _check(jpeg: bytes) -> None:
    """Decode the picture, after a look at its size: a machine would stop at a damaged one."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
            width, height = image.size
            if not _LEAST_WIDTH <= width <= _GREATEST_WIDTH:
                raise UnprintableField("portrait", f"not 320 to 1200 pixels wide, but {width}")
            if abs(width / height / _ASPECT_RATIO - 1) > _TOLERANCE:
                raise UnprintableField("portrait", f"not 35 : 45, but {width} : {height}")
            if image.mode != "RGB" or image.info.get("progressive"):
                raise UnprintableField("portrait", "not a baseline JPEG in colour")
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise UnprintableField("portrait", "not a JPEG, or a damaged one") from None
