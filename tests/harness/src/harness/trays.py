"""What anybody can see at a machine without asking the service: its ledger and its output tray."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

_MRZ_LINE = re.compile(r"^[A-Z0-9<]{44}$", re.MULTILINE)
_DOCUMENT_NUMBER = slice(44, 53)


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of a machine's ledger: a book that came out, and the digest of its page in hex."""

    book_serial: str
    job_name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Tray:
    """One machine's ledger and the folder into which its pages fall."""

    machine_id: str
    ledger: Path
    folder: Path

    def printed(self) -> list[Printed]:
        """The ledger, oldest first; lines cut off by a crash are left out."""
        if not self.ledger.exists():
            return []
        whole, _, _ = self.ledger.read_text(encoding="utf-8").rpartition("\n")
        lines = [json.loads(line) for line in whole.splitlines()]
        return [Printed(line["book_serial"], line["job_name"], line["sha256"]) for line in lines]

    def page(self, book_serial: str) -> Path | None:
        """The page printed into a book, if it came out here."""
        return next(iter(sorted(self.folder.glob(f"*-{book_serial}.pdf"))), None)

    def pages(self) -> Iterator[tuple[str, Path]]:
        """Serial and page of every book that came out, oldest first."""
        for page in sorted(self.folder.glob("*.pdf")):
            yield page.stem.rpartition("-")[2], page


def read_mrz(page: Path) -> str:
    """Both lines of the machine readable zone, 88 characters, read from the text of the page."""
    with pypdfium2.PdfDocument(page) as document:
        text = document[0].get_textpage().get_text_bounded()
    lines = _MRZ_LINE.findall(text.replace("\r\n", "\n"))
    if len(lines) != 2:
        raise ValueError(f"{page}: {len(lines)} lines of a machine readable zone instead of 2")
    return "".join(lines)


def document_number(mrz: str) -> str:
    """The passport's number in a machine readable zone."""
    return mrz[_DOCUMENT_NUMBER].rstrip("<")


def numbers_on_paper(trays: Iterable[Tray]) -> dict[str, str]:
    """The passport's number in the page of each book, by serial."""
    return {
        serial: document_number(read_mrz(page)) for tray in trays for serial, page in tray.pages()
    }


def picture(page: Path, pixels_per_mm: float = 10.0) -> bytes:
    """The page as PNG."""
    with pypdfium2.PdfDocument(page) as document:
        image = document[0].render(scale=pixels_per_mm * 25.4 / 72).to_pil()
    target = BytesIO()
    image.save(target, format="PNG", optimize=True)
    return target.getvalue()
