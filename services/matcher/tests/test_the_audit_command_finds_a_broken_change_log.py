"""`matcher audit` follows the change log and says where its chain of hashes breaks."""

from pathlib import Path

import pytest
from sqlalchemy import text

from .store_and_index import enrol, opened

TAMPERING = {
    "changed": (
        "UPDATE changes SET kind = 'STATUS_SET' WHERE number = 2",
        "the change log is broken at change 2",
    ),
    "removed": ("DELETE FROM changes WHERE number = 2", "the change log is broken at change 2"),
    "cut off": (
        "DELETE FROM changes WHERE number > 1",
        "the change log ends with change 1, which is not the latest",
    ),
    "removed altogether": (
        "DELETE FROM changes",
        "the change log ends with change 0, which is not the latest",
    ),
    "another end": (
        "UPDATE head SET log_hash = :zeros",
        "the change log ends with change 3, which is not the latest",
    ),
}


async def test_a_whole_log_is_whole(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        for person in (1, 2, 3):
            await enrol(base, person)
        async with base.store.read() as records:
            assert await records.changes.find_break() == ""


@pytest.mark.parametrize(("statement", "found"), TAMPERING.values(), ids=TAMPERING.keys())
async def test_tampering_shows(tmp_path: Path, statement: str, found: str) -> None:
    async with opened(tmp_path) as base:
        for person in (1, 2, 3):
            await enrol(base, person)
        async with base.store.write() as records:
            await records.transaction.execute(text(statement), {"zeros": bytes(32)})

        async with base.store.read() as records:
            assert await records.changes.find_break() == found
