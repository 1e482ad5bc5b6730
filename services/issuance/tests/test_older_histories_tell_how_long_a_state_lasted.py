"""A database from before pauses were computed has what they are computed from, once migrated."""

import asyncio
from pathlib import Path
from typing import Any

from issuance.store.records import MIGRATIONS
from servicekit.storage.database import Database, migrate
from sqlalchemy import text

from services.older_schema import migrate_until

HISTORY = [
    (None, "received", "2018-10-26 09:00:00+00:00"),
    ("received", "documents_accepted", "2018-10-26 09:10:00+00:00"),
    ("documents_accepted", "documents_accepted", "2018-10-26 09:20:00+00:00"),
    ("documents_accepted", "paid", "2018-10-26 09:30:00+00:00"),
]
ENTERED = [None, "09:00", "09:10", "09:10"]


def test_older_histories_tell_how_long_a_state_lasted(database_url: str, tmp_path: Path) -> None:
    migrate_until("0005", database_url, MIGRATIONS, tmp_path)
    asyncio.run(_write(database_url))

    migrate(database_url, MIGRATIONS)

    since = asyncio.run(_read(database_url, "SELECT source_since FROM history ORDER BY number"))
    cases = asyncio.run(_read(database_url, "SELECT cases FROM outages ORDER BY number"))
    needed = asyncio.run(_read(database_url, "SELECT may_cost_printing_days FROM outages"))
    assert [row and str(row)[11:16] for row in since] == ENTERED
    assert cases == [1, None], "of the outage that is over, and of the one that lasts"
    assert sorted(needed) == [False, True]


async def _write(url: str) -> None:
    began, ended = "'2018-10-26 09:00:00+00:00'", "'2018-10-26 10:00:00+00:00'"
    database = Database(url)
    async with database.begin() as connection:
        await connection.execute(text(_application()))
        for source, target, at in HISTORY:
            await connection.execute(text(_entry(source, target, at)))
        for id, end in (("over", ended), ("lasts", "NULL")):
            await connection.execute(
                text(
                    "INSERT INTO outages (id, scope, office, cause, began, ended, declared_by)"
                    f" VALUES ('{id}', 'matcher', '', '', {began}, {end}, '')"
                )
            )
            await connection.execute(
                text(f"INSERT INTO case_outage_links VALUES ('{id}', 'a', {began})")
            )
    await database.close()


def _application() -> str:
    texts = ("person_id", "decision_id", "document_number", "print_job", "book_serial")
    return (
        f"INSERT INTO applications (id, office, type, priority_class, holder, {', '.join(texts)},"
        " created_at, state_since, state, revision, delayed) VALUES ('a', 'BJM', 'new', 2, '',"
        " '', '', '', '', '', '2018-10-26 09:00:00+00:00', '2018-10-26 09:30:00+00:00',"
        " 'paid', 4, false)"
    )


def _entry(source: str | None, target: str, at: str) -> str:
    texts = (
        "reason", "payment_receipt", "interview_notes", "document_number", "print_job",
        "book_serial", "signed_by",
    )  # fmt: skip
    before = f"'{source}'" if source else "NULL"
    return (
        f'INSERT INTO history ("case", office, event, source, target, by, at, {", ".join(texts)})'
        f" VALUES ('a', 'BJM', 'event', {before}, '{target}', 'siti', '{at}', "
        + ", ".join(["''"] * len(texts))
        + ")"
    )


async def _read(url: str, query: str) -> list[Any]:
    database = Database(url)
    async with database.read() as connection:
        found = list((await connection.execute(text(query))).scalars())
    await database.close()
    return found
