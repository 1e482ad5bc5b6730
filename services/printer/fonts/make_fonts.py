"""Make the two fonts of the data page; run once, the results are committed.

    apt-get download fonts-ocr-b fonts-dejavu-core && for f in *.deb; do dpkg-deb -x $f fonts; done
    python services/printer/fonts/make_fonts.py fonts/usr/share/fonts

OCR-B: Debian's `fonts-ocr-b` has PostScript outlines, reportlab embeds only TrueType ones, so the
cubic curves become quadratic ones, exact to a thousandth of an em. DejaVu Sans is cut down to the
Latin letters that a name in the visual zone can hold.
"""

import sys
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont, newTable  # type: ignore[import-untyped]

TARGET = Path(__file__).parent.parent / "src" / "printer" / "page" / "fonts"
MRZ_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789< "
LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x1E00, 0x1F00), 0x2013, 0x2018, 0x2019]


def subset(font: TTFont, characters: list[int]) -> None:
    """Keep only these characters, without hints or layout features."""
    options = Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[0, 1, 2, 6])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def to_truetype(font: TTFont) -> None:
    """Replace the CFF outlines of `font` by quadratic ones."""
    glyphs = font.getGlyphSet()
    outlines = {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, max_err=font["head"].unitsPerEm / 1000))
        outlines[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = font.getGlyphOrder(), outlines
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for name in (
        "maxZones",
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
        "maxComponentElements",
    ):
        setattr(maxp, name, 1 if name == "maxZones" else 0)
    font["post"].formatType = 3.0
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    font.sfntVersion = "\0\1\0\0"


def main(fonts: Path) -> None:
    """Write OCRB.ttf and DejaVuSans-Latin.ttf beside their licence texts."""
    ocr_b = TTFont(fonts / "opentype" / "ocr-b" / "OCRB.otf", recalcTimestamp=False)
    subset(ocr_b, [ord(c) for c in MRZ_CHARACTERS])
    to_truetype(ocr_b)
    ocr_b.save(TARGET / "OCRB.ttf")
    dejavu = TTFont(fonts / "truetype" / "dejavu" / "DejaVuSans.ttf", recalcTimestamp=False)
    subset(dejavu, LATIN)
    dejavu.save(TARGET / "DejaVuSans-Latin.ttf")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
