"""The simulated printer's record of printed books: JSON lines, and the pages in a tray.

An entry is on the disk before the page is in the tray, and both before the printer reports the job
completed. Nothing is deduplicated: a book printed twice has two entries.
"""

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

_DRAFT = ".part"


class LedgerEntry(TypedDict):
    """A printed book.

    line: number of the entry, from 1. sha256: of the page, lower-case hex. printed_at: real time,
    ISO 8601. chip_sha256: of the files on its chip, lower-case hex; empty for a book without one.
    """

    line: int
    book_serial: str
    job_name: str
    sha256: str
    chip_sha256: str
    printed_at: str


class Ledger:
    """Appends to the ledger `file` and writes pages to the folder `tray`; creates both if missing.

    chips: folder beside the tray, in which each book with a chip has a folder named by its serial.

    On opening, the tray is made to agree with the ledger, as a crash may have come between them.
    """

    def __init__(self, file: Path, tray: Path) -> None:
        self._file, self._tray = file, tray
        self.chips = tray.with_name("chips")
        file.parent.mkdir(parents=True, exist_ok=True)
        tray.mkdir(parents=True, exist_ok=True)
        _drop_torn_line(file)
        self._lines = len(read_ledger(file))
        self._finish_drafts()

    def print(
        self, book_serial: str, job_name: str, page: bytes, chip_sha256: str | None = None
    ) -> None:
        """Record a printed book and put its page into the tray as <line>-<serial>.pdf."""
        number = self._lines + 1
        draft = self._tray / f"{number:06d}-{book_serial}.pdf{_DRAFT}"
        _write(draft, page, os.O_TRUNC)
        line = LedgerEntry(
            line=number,
            book_serial=book_serial,
            job_name=job_name,
            sha256=hashlib.sha256(page).hexdigest(),
            chip_sha256=chip_sha256 or "",
            printed_at=datetime.now(UTC).isoformat(),
        )
        _write(self._file, json.dumps(line).encode() + b"\n", os.O_APPEND)
        self._lines = number
        draft.rename(draft.with_suffix(""))

    def _finish_drafts(self) -> None:
        for draft in self._tray.glob(f"*{_DRAFT}"):
            if int(draft.name[:6]) <= self._lines:
                draft.rename(draft.with_suffix(""))
            else:
                draft.unlink()


def read_ledger(file: Path) -> list[LedgerEntry]:
    """Return the entries of a ledger, oldest first; none when there is no file."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _write(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | mode, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop_torn_line(file: Path) -> None:
    content = file.read_bytes() if file.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        with file.open("r+b") as stream:
            stream.truncate(len(whole))
