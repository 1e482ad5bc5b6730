"""Notices are appended to a file, one JSON object a line, each once, by several processes too."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from issuance.clients.notice_file import NoticeFile
from issuance.domain.contact import Contact
from issuance.use_cases.ports import Unavailable

from .notices import ready_notice

MESSAGE = ready_notice(Contact(phone="+6281234567890"), "Paspor Anda sudah siap — “hari ini”.")
LATER = replace(MESSAGE, id="a-2")


def _ids(path: Path) -> list[str]:
    return [json.loads(line)["notice_id"] for line in path.read_text().splitlines()]


async def test_a_line_says_all_that_is_needed_to_deliver_it(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"

    await NoticeFile(file).send(MESSAGE)

    (line,) = file.read_text().splitlines()
    assert json.loads(line) == {
        "notice_id": "a-1",
        "application_id": "a",
        "kind": "ready",
        "email": "",
        "phone": "+6281234567890",
        "language": "id",
        "subject": "Permohonan paspor a",
        "text": "Paspor Anda sudah siap — “hari ini”.",
        "at": "2018-11-05T06:00:00+00:00",
    }


async def test_each_notice_is_written_once_by_all_processes(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"
    one, another = NoticeFile(file), NoticeFile(file)

    for writer, message in [(one, MESSAGE), (another, MESSAGE), (another, LATER), (one, LATER)]:
        await writer.send(message)
    await NoticeFile(file).send(MESSAGE)

    assert _ids(file) == ["a-1", "a-2"]


async def test_a_line_that_was_cut_off_is_written_again(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"
    await NoticeFile(file).send(MESSAGE)
    whole = file.read_bytes()
    file.write_bytes(whole + whole[: len(whole) // 2])

    await NoticeFile(file).send(LATER)

    assert _ids(file) == ["a-1", "a-2"]


async def test_another_file_begins_when_it_is_moved_away(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"
    writer = NoticeFile(file)
    await writer.send(MESSAGE)

    file.rename(tmp_path / "notices.1.jsonl")
    await writer.send(LATER)

    assert (_ids(tmp_path / "notices.1.jsonl"), _ids(file)) == (["a-1"], ["a-2"])


async def test_a_file_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await NoticeFile(tmp_path / "missing" / "notices.jsonl").send(MESSAGE)
