"""Why a document was revoked is told by its application, and by the system's own texts."""

import asyncio
from pathlib import Path

from issuance.store.records import MIGRATIONS
from servicekit.storage.database import Database, migrate
from sqlalchemy import text

from services.older_schema import migrate_until

REPLACED = "another document was handed over"
SINCE = "2018-10-29 01:00:00.000000+00:00"
TWO_VALID = "its holder had another valid passport, under another identity"


def test_the_cause_is_stored(database_url: str, tmp_path: Path) -> None:
    migrate_until("0052", database_url, MIGRATIONS, tmp_path)
    rows = [
        ("replaced", "handed_over", "revoked", REPLACED),
        ("second", "handed_over", "revoked", TWO_VALID),
        ("fraud", "refused", "revoked", REPLACED),
        ("withdrawn", "withdrawn", "revoked", TWO_VALID),
        ("appealed", "handed_over", "revoked", "seen"),
        ("valid", "handed_over", "valid", ""),
    ]

    found = asyncio.run(_upgraded(database_url, rows))

    assert found == {
        "replaced": "replaced",
        "second": "two_valid_passports",
        "fraud": "application",
        "withdrawn": "application",
        "appealed": None,
        "valid": None,
    }


async def _upgraded(url: str, rows: list[tuple[str, str, str, str]]) -> dict[str, str | None]:
    database = Database(url)
    async with database.begin() as connection:
        for id, state, status, reason in rows:
            holder = {"holder": b"holder"}
            await connection.execute(text(_application(id, state)), holder)
            await connection.execute(text(_document(id, status, reason)), holder)
    await asyncio.to_thread(migrate, url, MIGRATIONS)
    async with database.begin() as connection:
        found = await connection.execute(text('SELECT "case", revoked_for FROM documents'))
        causes = {row.case: row.revoked_for for row in found}
    await database.close()
    return causes


def _application(id: str, state: str) -> str:
    return (
        "INSERT INTO applications (id, office, type, priority_class, holder, person_id, created_at,"
        " state_since, state, revision, delayed, decision_id, document_number, print_job,"
        f" book_serial) VALUES ('{id}', 'BJM', 'renewal', 2, :holder, '{id}', '{SINCE}',"
        f" '{SINCE}', '{state}', 1, false, '', '{id}', '', '')"
    )


def _document(id: str, status: str, reason: str) -> str:
    return (
        'INSERT INTO documents (number, person_id, "case", office, book_serial, holder, issued_on,'
        f" status, status_since, status_by, status_reason) VALUES ('{id}', '{id}', '{id}', 'BJM',"
        f" '', :holder, '2018-10-29', '{status}', '{SINCE}', 'siti', '{reason}')"
    )
