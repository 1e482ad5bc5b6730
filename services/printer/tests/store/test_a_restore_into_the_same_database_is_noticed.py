from collections.abc import AsyncIterator
from importlib import import_module

import pytest
import pytest_asyncio
from alembic.migration import MigrationContext
from alembic.operations import Operations
from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.store.dispatch_epoch import begin_dispatch_epoch
from printer.store.records import MIGRATIONS, Store
from servicekit.storage.database import Database, migrate
from sqlalchemy import Connection, text

from ..use_cases.scripted_machine import NOON  # noqa: TID252

BY = Attribution(PRINTER_SERVICE, NOON)
# What `pg_restore --clean` does to each table.
_MADE_ANEW = (
    "CREATE TABLE dispatch_restored (LIKE dispatch INCLUDING ALL)",
    "INSERT INTO dispatch_restored SELECT * FROM dispatch",
    "DROP TABLE dispatch",
    "ALTER TABLE dispatch_restored RENAME TO dispatch",
)


@pytest_asyncio.fixture
async def server(database_url: str) -> AsyncIterator[Database]:
    """A database on a server, which was dispatched from."""
    migrate(database_url, MIGRATIONS)
    database = Database(database_url)
    try:
        if not database.is_shared:
            pytest.skip("a SQLite file has a mark beside it")
        await begin_dispatch_epoch(database, 0.01, BY)
        yield database
    finally:
        await database.close()


async def _paused_at_next_start(database: Database) -> bool:
    await begin_dispatch_epoch(database, 0.01, BY)
    async with Store(database).read() as records:
        return await records.restores.unreleased() is not None


async def test_by_its_tables_that_were_made_anew(server: Database) -> None:
    async with server.begin() as connection:
        for statement in _MADE_ANEW:
            await connection.execute(text(statement))

    assert await _paused_at_next_start(server)


async def test_but_no_start_is_taken_for_one(server: Database) -> None:
    assert not await _paused_at_next_start(server)


async def test_nor_is_an_upgrade_from_a_version_that_knew_no_table(server: Database) -> None:
    without_the_table = "regexp_replace(server_identity, ':[0-9]+$', '')"
    async with server.begin() as connection:
        await connection.execute(text(f"UPDATE dispatch SET server_identity = {without_the_table}"))

        await connection.run_sync(_upgrade_to_0025)

    assert not await _paused_at_next_start(server)


def _upgrade_to_0025(connection: Connection) -> None:
    migration = import_module("printer.store.migrations.versions.0025_identity_of_a_table")
    with Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()
