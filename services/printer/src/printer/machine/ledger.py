"""What came out of the machine: an append-only file of JSON lines, and the pages in a tray.

A line is on the disk before the page is in the tray, and both before anybody is told. The ledger
never looks at earlier lines: a book printed twice is there twice.
"""

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

_DRAFT = ".part"


class Line(TypedDict):
    """A book that came out. sha256: of the page, in hex. printed_at: real time, ISO 8601."""

    line: int
    book_serial: str
    job_name: str
    sha256: str
    printed_at: str


class Ledger:
    """The ledger `file` and the folder `tray`; both are made when missing.

    After a crash the tray is brought to agree with the ledger.
    """

    def __init__(self, file: Path, tray: Path) -> None:
        self._file, self._tray = file, tray
        file.parent.mkdir(parents=True, exist_ok=True)
        tray.mkdir(parents=True, exist_ok=True)
        _drop_torn_line(file)
        self._lines = len(read(file))
        self._finish_drafts()

    def print(self, book_serial: str, job_name: str, page: bytes) -> None:
        """Record the book and put its page into the tray as <line>-<serial>.pdf."""
        number = self._lines + 1
        draft = self._tray / f"{number:06d}-{book_serial}.pdf{_DRAFT}"
        _write(draft, page, os.O_TRUNC)
        line = Line(
            line=number,
            book_serial=book_serial,
            job_name=job_name,
            sha256=hashlib.sha256(page).hexdigest(),
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


def read(file: Path) -> list[Line]:
    """All lines of a ledger, oldest first; none when there is no file."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _write(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | mode, 0o644)
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
