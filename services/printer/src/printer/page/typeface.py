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
_SIZES, _LEADING = [8.0 - 0.5 * step for step in range(10)], 1.12
# At it 200 of the widest letters fit the boxes of the names.
_SMALLEST_BROKEN = 3.0


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

    A text that is too long for that is broken within words, at a still smaller size.
    Raises UnprintableField, naming `field`, for a character that the font does not have, or a text
    too long even then.
    """
    glyphs = _face(LATIN).charToGlyph
    for character in text:
        if ord(character) not in glyphs:
            raise UnprintableField(field, f"no glyph for U+{ord(character):04X}")
    for size in _SIZES:
        lines = simpleSplit(text, LATIN, size, width)
        widest = max((pdfmetrics.stringWidth(line, LATIN, size) for line in lines), default=0)
        if widest <= width and _height(lines, size) <= height:
            return FittedText(lines, size, size * _LEADING)
    lines = _broken_anywhere(text, width)
    if _height(lines, _SMALLEST_BROKEN) > height:
        raise UnprintableField(field, f"{len(text)} characters do not fit the visual zone")
    return FittedText(lines, _SMALLEST_BROKEN, _SMALLEST_BROKEN * _LEADING)


def _broken_anywhere(text: str, width: float) -> list[str]:
    lines = [""]
    for character in text:
        longer = lines[-1] + character
        if pdfmetrics.stringWidth(longer, LATIN, _SMALLEST_BROKEN) <= width:
            lines[-1] = longer
        else:
            lines.append(character)
    return lines


def _height(lines: list[str], size: float) -> float:
    return size * (1 + (len(lines) - 1) * _LEADING)
