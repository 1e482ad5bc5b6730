"""A database in which later events had moved since when a passport was ready is put right."""

import asyncio
from pathlib import Path

from issuance.store.records import MIGRATIONS
from servicekit.storage.database import Database, migrate
from sqlalchemy import text

from services.older_schema import migrate_until

READY, MOVED = "'2018-10-29 02:00:00+00:00'", "'2018-11-05 02:00:00+00:00'"


def test_since_the_state_was_entered(database_url: str, tmp_path: Path) -> None:
    migrate_until("0040", database_url, MIGRATIONS, tmp_path)
    asyncio.run(_write(database_url))

    migrate(database_url, MIGRATIONS)

    assert asyncio.run(_read(database_url)) == {
        "ready": "2018-10-29",
        "handed_over": "2018-10-29",
        "earlier": "2018-11-05",
        "refused": "2018-11-05",
    }


async def _write(url: str) -> None:
    database = Database(url)
    async with database.begin() as connection:
        for id, state in (
            ("ready", "ready"),
            ("handed_over", "handed_over"),
            ("earlier", "handed_over"),
            ("refused", "refused"),
        ):
            await connection.execute(text(_application(id, state)))
        for id, since in (
            ("handed_over", READY),
            ("earlier", "NULL"),
            ("refused", READY),
        ):
            await connection.execute(text(_end(id, since)))
    await database.close()


def _application(id: str, state: str) -> str:
    texts = ("decision_id", "document_number", "print_job", "book_serial")
    return (
        f"INSERT INTO applications (id, office, type, priority_class, holder, {', '.join(texts)},"
        " person_id, created_at, state_since, state, revision, delayed, ready_at, reference)"
        f" VALUES ('{id}', 'BJM', 'new', 2, '', '', '', '', '', '{id}', {READY}, {READY},"
        f" '{state}', 4, false, {MOVED}, '{id[-8:]}')"
    )


def _end(id: str, since: str) -> str:
    texts = (
        "on_behalf_of", "reason", "payment_receipt", "interview_notes", "document_number",
        "print_job", "book_serial", "signed_by",
    )  # fmt: skip
    event = "refuse" if id == "refused" else "hand_over"
    return (
        f'INSERT INTO history ("case", office, event, source, target, by, at, source_since,'
        f" {', '.join(texts)}) VALUES ('{id}', 'BJM', '{event}', 'ready', 'handed_over', 'siti',"
        f" {MOVED}, {since}, " + ", ".join(["''"] * len(texts)) + ")"
    )


async def _read(url: str) -> dict[str, str]:
    database = Database(url)
    async with database.read() as connection:
        rows = await connection.execute(text("SELECT id, ready_at FROM applications"))
        found = {row.id: str(row.ready_at)[:10] for row in rows}
    await database.close()
    return found
