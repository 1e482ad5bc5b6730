"""Searches that were recorded before offices were recorded with them are of who searched."""

import asyncio
from pathlib import Path

from issuance.store.records import MIGRATIONS
from servicekit.storage.database import Database, migrate
from sqlalchemy import text

from services.older_schema import migrate_until


def test_the_identity_of_who_searched_tells_the_office(database_url: str, tmp_path: Path) -> None:
    migrate_until("0048", database_url, MIGRATIONS, tmp_path)
    asyncio.run(_write(database_url))

    migrate(database_url, MIGRATIONS)

    assert asyncio.run(_read(database_url)) == ["BJM", "national", ""]


async def _write(url: str) -> None:
    database = Database(url)
    async with database.begin() as connection:
        for by in (
            "spiffe://id/office/BJM/user/siti/role/officer",
            "spiffe://id/office/national/user/rini/role/supervisor",
            "service:issuance",
        ):
            await connection.execute(
                text(
                    "INSERT INTO searches (at, by, on_behalf_of, criteria, found)"
                    f" VALUES ('2018-10-26 01:00:00+00:00', '{by}', '', '{{}}', 0)"
                )
            )
    await database.close()


async def _read(url: str) -> list[str]:
    database = Database(url)
    async with database.read() as connection:
        rows = await connection.scalars(text("SELECT office FROM searches ORDER BY number"))
        found = list(rows)
    await database.close()
    return found
