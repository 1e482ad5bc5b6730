"""The two fonts of the page, and text broken and shrunk until it fits its box."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from printer.page.unprintable import UnprintableField

LATIN, OCR_B = "DejaVuSans-Latin", "OCRB"
# In points. OCR-B advances 0.723 em, at this size 2.54 mm: the pitch of Doc 9303-3 clause 4.
OCR_B_SIZE = 9.9585
_FONTS = Path(__file__).parent / "fonts"
# Font sizes in points; leading as a multiple of the size.
_LARGEST, _SMALLEST, _STEP, _LEADING = 8.0, 3.5, 0.5, 1.12


class FittedText(NamedTuple):
    """Lines of text, and the font size and leading, in points, at which they fit their box."""

    lines: list[str]
    size: float
    leading: float


@cache
def _face(name: str) -> Any:
    """Return the face of LATIN or OCR_B and register the font with reportlab."""
    font = TTFont(name, str(_FONTS / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    return font.face


def ocr_b_height() -> float:
    """Return the height of a capital letter in the machine readable zone, in points."""
    return float(_face(OCR_B).capHeight) / 1000 * OCR_B_SIZE


def fit_text(field: str, text: str, width: float, height: float) -> FittedText:
    """Break `text` into lines and shrink it until it fits a box of `width` x `height` points.

    Raises UnprintableField, naming `field`, for a character that the font does not have, or a text
    too long even at the smallest size.
    """
    glyphs = _face(LATIN).charToGlyph
    for character in text:
        if ord(character) not in glyphs:
            raise UnprintableField(field, f"no glyph for U+{ord(character):04X}")
    size = _LARGEST
    while size >= _SMALLEST:
        lines = simpleSplit(text, LATIN, size, width)
        widest = max((pdfmetrics.stringWidth(line, LATIN, size) for line in lines), default=0)
        if widest <= width and size * (1 + (len(lines) - 1) * _LEADING) <= height:
            return FittedText(lines, size, size * _LEADING)
        size -= _STEP
    raise UnprintableField(field, f"{len(text)} characters do not fit the visual zone")
