"""What a machine has printed, as seen at the machine itself: its ledger and its output tray."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
from passport.printer.v1.jobs_pb2 import ChipFiles

_MRZ_LINE = re.compile(r"^[A-Z0-9<]{44}$", re.MULTILINE)
_DOCUMENT_NUMBER = slice(44, 53)


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of a machine's ledger: a printed book, and the SHA-256 of its page in hex."""

    book_serial: str
    job_name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class MachineOutput:
    """One machine's ledger and the folder of its printed pages."""

    machine_id: str
    ledger: Path
    folder: Path

    def printed(self) -> list[Printed]:
        """Return the lines of the ledger, oldest first; a line cut off by a crash is left out."""
        if not self.ledger.exists():
            return []
        whole, _, _ = self.ledger.read_text(encoding="utf-8").rpartition("\n")
        lines = [json.loads(line) for line in whole.splitlines()]
        return [Printed(line["book_serial"], line["job_name"], line["sha256"]) for line in lines]

    def page(self, book_serial: str) -> Path | None:
        """Return the page printed into a book, or None if this machine did not print it."""
        return next(iter(sorted(self.folder.glob(f"*-{book_serial}.pdf"))), None)

    def chip(self, book_serial: str) -> ChipFiles:
        """Return the files on the chip of a book that this machine printed."""
        chip = self.folder.with_name("chips") / book_serial
        com, dg1, dg2, sod = (
            (chip / name).read_bytes() for name in ("EF.COM", "EF.DG1", "EF.DG2", "EF.SOD")
        )
        return ChipFiles(com=com, dg1=dg1, dg2=dg2, sod=sod)

    def pages(self) -> Iterator[tuple[str, Path]]:
        """Yield serial and page of every printed book, oldest first."""
        for page in sorted(self.folder.glob("*.pdf")):
            yield page.stem.rpartition("-")[2], page


def read_mrz(page: Path) -> str:
    """Return both lines of the machine readable zone, 88 characters, from the page's text."""
    with pypdfium2.PdfDocument(page) as document:
        text = document[0].get_textpage().get_text_bounded()
    lines = _MRZ_LINE.findall(text.replace("\r\n", "\n"))
    if len(lines) != 2:
        raise ValueError(f"{page}: {len(lines)} lines of a machine readable zone instead of 2")
    return "".join(lines)


def document_number(mrz: str) -> str:
    """Return the document number in a machine readable zone (ICAO 9303-4, 4.2.2)."""
    return mrz[_DOCUMENT_NUMBER].rstrip("<")


def numbers_on_paper(machine_outputs: Iterable[MachineOutput]) -> dict[str, str]:
    """Return the document number printed in each book, by serial."""
    return {
        serial: document_number(read_mrz(page))
        for output in machine_outputs
        for serial, page in output.pages()
    }


def page_as_png(page: Path, pixels_per_mm: float = 10.0) -> bytes:
    """Return the page as PNG."""
    with pypdfium2.PdfDocument(page) as document:
        image = document[0].render(scale=pixels_per_mm * 25.4 / 72).to_pil()
    target = BytesIO()
    image.save(target, format="PNG", optimize=True)
    return target.getvalue()
