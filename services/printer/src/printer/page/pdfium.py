"""What PDFium reads from a page; it shares no code with reportlab, which writes pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import pypdfium2  # type: ignore[import-untyped]

_PDFIUM = Lock()


class UnreadablePdf(Exception):
    """Bytes that PDFium cannot read as a PDF."""


@contextmanager
def opened(pdf: bytes) -> Iterator[Any]:
    """Open a PDF as PDFium's PdfDocument for the block; raise UnreadablePdf.

    Only one at a time in the process: PDFium is not thread-safe.
    """
    with _PDFIUM:
        try:
            with pypdfium2.PdfDocument(pdf) as document:
                yield document
        except pypdfium2.PdfiumError as error:
            raise UnreadablePdf(str(error)) from error


def read_attachments(pdf: bytes) -> dict[str, bytes]:
    """Return the files embedded in a PDF, by name; raise UnreadablePdf."""
    with opened(pdf) as document:
        attachments = map(document.get_attachment, range(document.count_attachments()))
        return {file.get_name(): bytes(file.get_data()) for file in attachments}
