"""Notices in a file, for another program that sends them as text messages or prints them."""

import asyncio
import fcntl
import json
import os
from pathlib import Path
from typing import BinaryIO

from issuance.domain.notice_delivery import NoticeMessage
from issuance.use_cases.ports import Unavailable


class NoticeFile:
    """Implements `ports.NoticeSender`: one JSON object a line, each notice once.

    Several processes may write to one file. Whoever moves it away, for a new one to begin, reads it
    to the end: a notice that is in it is not known to be written any more.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: set[str] = set()
        self._read_until = 0
        self._inode = 0
        self._lock = asyncio.Lock()

    async def send(self, message: NoticeMessage) -> None:
        """Append the message, unless it is there, and return once the disk has it."""
        async with self._lock:
            try:
                await asyncio.to_thread(self._append, message)
            except OSError as error:
                raise Unavailable(f"NOTICE_FILE: {error}") from error

    def _append(self, message: NoticeMessage) -> None:
        is_new = not self._path.exists()
        with self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._read_new_lines(file)
            if message.id not in self._written:
                file.write(_line(message))
                file.flush()
            # Also of a line that a process wrote which ended before its disk had it.
            os.fsync(file.fileno())
        if is_new:
            _sync_folder(self._path.parent)

    def _read_new_lines(self, file: BinaryIO) -> None:
        """Learn what is written; cut off a line that was not written to its end."""
        inode = os.fstat(file.fileno()).st_ino
        if inode != self._inode or os.fstat(file.fileno()).st_size < self._read_until:
            self._inode, self._read_until, self._written = inode, 0, set()
        file.seek(self._read_until)
        lines, newline, _ = file.read().rpartition(b"\n")
        self._written.update(json.loads(line)["notice_id"] for line in lines.splitlines())
        self._read_until += len(lines + newline)
        file.truncate(self._read_until)


def _line(message: NoticeMessage) -> bytes:
    line = {
        "notice_id": message.id,
        "application_id": message.application,
        "kind": message.kind,
        "email": message.contact.email,
        "phone": message.contact.phone,
        "language": message.language,
        "subject": message.subject,
        "text": message.text,
        "at": message.at.isoformat(),
    }
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _sync_folder(folder: Path) -> None:
    """Let the disk have the entry of a new file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
