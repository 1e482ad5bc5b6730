"""Verify a finished page by reading it back, before its job is queued.

PDFium extracts the text; it shares no code with reportlab, which wrote the page.
"""

import re
from threading import Lock

import pypdfium2  # type: ignore[import-untyped]
from reportlab.lib.units import mm

from printer.page.data_page import HEIGHT_MM, WIDTH_MM, PageData
from printer.page.mrz import LINE_LENGTH, Mrz, td3_mrz

# PDFium is not thread-safe.
_PDFIUM = Lock()
_ROUNDING_POINTS = 0.01


class PageVerificationError(Exception):
    """A finished page does not carry the data it was made from; it must not be printed."""


def extract_mrz(pdf: bytes) -> Mrz:
    """Return the machine readable zone printed on a page.

    pdf: one page of 125 x 88 mm. Raises PageVerificationError for anything else.
    """
    text = _text(pdf)
    lines = re.findall(rf"^[A-Z0-9<]{{{LINE_LENGTH}}}$", text, re.MULTILINE)
    if len(lines) != 2:
        raise PageVerificationError(f"{len(lines)} lines of a machine readable zone instead of 2")
    return Mrz(*lines)


def verify_page(pdf: bytes, data: PageData) -> None:
    """Raise PageVerificationError unless the machine readable zone of `data` is on the page."""
    if extract_mrz(pdf) != td3_mrz(data.mrz):
        raise PageVerificationError("the machine readable zone on the page differs from the data")


def _text(pdf: bytes) -> str:
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise PageVerificationError("not a readable PDF") from error
        with document:
            if len(document) != 1:
                raise PageVerificationError(f"{len(document)} pages instead of 1")
            page = document[0]
            _check_size(*page.get_size())
            return str(page.get_textpage().get_text_bounded()).replace("\r\n", "\n")


def _check_size(width: float, height: float) -> None:
    if max(abs(width - WIDTH_MM * mm), abs(height - HEIGHT_MM * mm)) > _ROUNDING_POINTS:
        raise PageVerificationError(f"the page measures {width / mm:.2f} x {height / mm:.2f} mm")
