"""The data page of a TD3 document as a PDF of one page in true size, 125 mm wide and 88 mm high.

Zones and sequence of fields after ICAO Doc 9303-4 clauses 3 and 4.1; captions in Indonesian and
English. Equal data give equal bytes (reportlab's invariant mode), so the page's digest identifies
it.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printer.page import typeface
from printer.page.attachments import NO_ATTACHMENTS, attach_files
from printer.page.mrz import Mrz, MrzData, td3_mrz
from printer.page.portrait import draw_portrait
from printer.page.visual_text import visual_text

WIDTH_MM, HEIGHT_MM = 125.0, 88.0
# Doc 9303-4 figure 3: centre lines of the zone's two lines, measured from the bottom edge; the ink
# of the first character begins 6.0 +- 1.0 mm from the left edge, 0.2 to 0.6 mm inside its cell.
_UPPER_CENTRE_MM, _LOWER_CENTRE_MM, _MRZ_LEFT_MM = 15.95, 9.60, 5.7
_INK, _CAPTION_INK = HexColor("#101010"), HexColor("#5a2a2a")
_OVERPRINT_INK = HexColor("#c00000")
# Doc 9303-3 clause 3: national language, then English where it differs. Not taken from a locale
# library: the abbreviations of its next release could change the bytes of the same page.
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MEI/MAY", "JUN", "JUL", "AGT/AUG", "SEP", "OKT/OCT",
           "NOV", "DES/DEC")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PageData:
    """The data on a page.

    mrz: data that is also in the machine readable zone. The texts here are only in the visual zone
    and may have any Latin letters. portrait: of the holder, JPEG, 35 : 45.
    """

    mrz: MrzData
    issuing_state_name: str
    place_of_birth: str
    date_of_issue: date
    authority: str
    portrait: bytes


class _Field(NamedTuple):
    """A caption and the box below it for a value.

    left, top: start of the caption's baseline, mm from the left and the bottom edge of the page.
    width, height: of the box, mm.
    """

    name: str
    caption: str
    value: str
    left: float
    top: float
    width: float
    height: float = 3.4


def render(
    data: PageData, attachments: Mapping[str, bytes] = NO_ATTACHMENTS, overprint: str = ""
) -> bytes:
    """Return the page as a PDF; raise UnprintableField for a value that cannot be printed.

    attachments: files that go with the page, by name. overprint: written across the whole page.
    """
    mrz = td3_mrz(data.mrz)
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH_MM * mm, HEIGHT_MM * mm), invariant=True)
    canvas.setTitle(f"TD3 {data.mrz.document_number}")
    draw_portrait(canvas, data.portrait)
    for field in _fields(data):
        _draw_field(canvas, field)
    _draw_mrz(canvas, mrz)
    if overprint:
        _draw_overprint(canvas, overprint)
    attach_files(canvas, attachments)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _fields(data: PageData) -> list[_Field]:
    zone = data.mrz
    return [
        _Field("issuing_state_name", "PASPOR / PASSPORT", data.issuing_state_name, 4, 84.5, 42),
        _Field("document_code", "Jenis / Type", zone.document_code, 48, 84.5, 12),
        _Field("issuing_state", "Kode negara / Country code", zone.issuing_state, 64, 84.5, 24),
        _Field("document_number", "No. paspor / Passport no.", zone.document_number, 96, 84.5, 25),
        _Field("primary_identifier", "Nama / Name", zone.primary_identifier, 41, 75, 80, 5),
        _Field("secondary_identifier", "Nama depan / Given names",
               zone.secondary_identifier, 41, 66.6, 80, 5),
        _Field("nationality", "Kewarganegaraan / Nationality", zone.nationality, 41, 58.2, 38),
        _Field("sex", "Jenis kelamin / Sex", _sex(zone.sex), 96, 58.2, 25),
        _Field("date_of_birth", "Tgl. lahir / Date of birth", _day(zone.date_of_birth),
               41, 51.2, 38),
        _Field("personal_number", "No. reg. / Personal no.", zone.personal_number, 84, 51.2, 37),
        _Field("place_of_birth", "Tempat lahir / Place of birth", data.place_of_birth,
               41, 44.2, 80),
        _Field("date_of_issue", "Tgl. pengeluaran / Date of issue", _day(data.date_of_issue),
               41, 37.2, 38),
        _Field("date_of_expiry", "Tgl. habis berlaku / Date of expiry", _day(zone.date_of_expiry),
               84, 37.2, 37),
        _Field("authority", "Kantor yang mengeluarkan / Issuing office", data.authority,
               41, 30.2, 80),
    ]  # fmt: skip


def _draw_field(canvas: Canvas, field: _Field) -> None:
    value = visual_text(field.value)
    text = typeface.fit_text(field.name, value, field.width * mm, field.height * mm)
    canvas.setFillColor(_CAPTION_INK)
    canvas.setFont(typeface.LATIN, 4.6)
    canvas.drawString(field.left * mm, field.top * mm, field.caption)
    canvas.setFillColor(_INK)
    canvas.setFont(typeface.LATIN, text.size)
    for number, line in enumerate(text.lines):
        baseline = field.top * mm - 0.7 * mm - text.size - number * text.leading
        canvas.drawString(field.left * mm, baseline, line)


def _draw_mrz(canvas: Canvas, mrz: Mrz) -> None:
    height = typeface.ocr_b_height()
    canvas.setFillColor(_INK)
    canvas.setFont(typeface.OCR_B, typeface.OCR_B_SIZE)
    for line, centre in ((mrz.upper, _UPPER_CENTRE_MM), (mrz.lower, _LOWER_CENTRE_MM)):
        baseline = centre * mm - height / 2
        canvas.drawString(_MRZ_LEFT_MM * mm, baseline, line)


def _draw_overprint(canvas: Canvas, text: str) -> None:
    canvas.saveState()
    canvas.setFillColor(_OVERPRINT_INK)
    canvas.setFont(typeface.LATIN, 34)
    canvas.translate(WIDTH_MM * mm / 2, HEIGHT_MM * mm / 2)
    canvas.rotate(30)
    for line in (-1, 0, 1):
        canvas.drawCentredString(0, line * 26 * mm, text)
    canvas.restoreState()


def _day(day: date) -> str:
    return f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year:04d}"


def _sex(sex: str) -> str:
    return {"M": "L/M", "F": "P/F"}.get(sex, "X")
