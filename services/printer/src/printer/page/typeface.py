"""The two fonts of the page, embedded from files beside this module, and text that fits."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from printer.page.errors import Unprintable

LATIN, OCR_B = "DejaVuSans-Latin", "OCRB"
# OCR-B advances 0.723 em; at this size in points that is the 2.54 mm pitch of Doc 9303-3 clause 4.
OCR_B_SIZE = 9.9585
_FONTS = Path(__file__).parent / "fonts"
_LARGEST, _SMALLEST, _STEP, _LEADING = 8.0, 3.5, 0.5, 1.12


class Block(NamedTuple):
    """Lines of text with the size and leading, in points, at which they fit their box."""

    lines: list[str]
    size: float
    leading: float


@cache
def face(name: str) -> Any:
    """The face of LATIN or OCR_B; the font is known to reportlab from then on."""
    font = TTFont(name, str(_FONTS / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    return font.face


def ocr_b_height() -> float:
    """Height of a capital in the machine readable zone, in points."""
    return float(face(OCR_B).capHeight) / 1000 * OCR_B_SIZE


def fit(field: str, text: str, width: float, height: float) -> Block:
    """Break and shrink `text` until it fits the box (points).

    Raises Unprintable for a character the font lacks or a text too long at the smallest size.
    """
    glyphs = face(LATIN).charToGlyph
    for character in text:
        if ord(character) not in glyphs:
            raise Unprintable(field, f"no glyph for U+{ord(character):04X}")
    size = _LARGEST
    while size >= _SMALLEST:
        lines = simpleSplit(text, LATIN, size, width)
        widest = max((pdfmetrics.stringWidth(line, LATIN, size) for line in lines), default=0)
        if widest <= width and size * (1 + (len(lines) - 1) * _LEADING) <= height:
            return Block(lines, size, size * _LEADING)
        size -= _STEP
    raise Unprintable(field, f"{len(text)} characters do not fit the visual zone")
