"""Read a finished page as a stranger would, before it is sent to a machine.

The text is taken from the PDF by PDFium, which shares no code with the writer.
"""

import re
from threading import Lock

import pypdfium2  # type: ignore[import-untyped]
from reportlab.lib.units import mm

from printer.page.data_page import HEIGHT_MM, WIDTH_MM, PageData
from printer.page.errors import PageFault
from printer.page.mrz import LINE_LENGTH, Mrz, td3

# PDFium is not safe to enter from two threads.
_PDFIUM = Lock()
_ROUNDING_POINTS = 0.01


def read_mrz(pdf: bytes) -> Mrz:
    """The machine readable zone printed on a one-page PDF of 125 x 88 mm; raises PageFault."""
    text = _text(pdf)
    lines = re.findall(rf"^[A-Z0-9<]{{{LINE_LENGTH}}}$", text, re.MULTILINE)
    if len(lines) != 2:
        raise PageFault(f"{len(lines)} lines of a machine readable zone instead of 2")
    return Mrz(*lines)


def check(pdf: bytes, data: PageData) -> None:
    """Raise PageFault unless `pdf` is a page that carries the machine readable zone of `data`."""
    if read_mrz(pdf) != td3(data.mrz):
        raise PageFault("the machine readable zone on the page differs from the data")


def _text(pdf: bytes) -> str:
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise PageFault("not a readable PDF") from error
        with document:
            if len(document) != 1:
                raise PageFault(f"{len(document)} pages instead of 1")
            page = document[0]
            _check_size(*page.get_size())
            return str(page.get_textpage().get_text_bounded()).replace("\r\n", "\n")


def _check_size(width: float, height: float) -> None:
    if max(abs(width - WIDTH_MM * mm), abs(height - HEIGHT_MM * mm)) > _ROUNDING_POINTS:
        raise PageFault(f"the page measures {width / mm:.2f} x {height / mm:.2f} mm")
