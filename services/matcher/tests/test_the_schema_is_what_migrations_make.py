"""The tables as the code sees them are the tables that migrations make."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from matcher.store.store import MIGRATIONS
from matcher.store.tables import metadata
from servicekit.storage.database import Database, migrate


async def test_there_is_no_difference(database_url: str) -> None:
    migrate(database_url, MIGRATIONS)

    database = Database(database_url)
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda c: compare_metadata(MigrationContext.configure(c), metadata)
        )
    await database.close()

    assert differences == []
