from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from printer.store.records import MIGRATIONS
from printer.store.tables import metadata
from servicekit.storage.database import Database, migrate


async def test_a_new_database_has_what_the_code_expects(database_url: str) -> None:
    migrate(database_url, MIGRATIONS)
    migrate(database_url, MIGRATIONS)

    database = Database(database_url)
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda c: compare_metadata(MigrationContext.configure(c), metadata)
        )
    await database.close()

    assert differences == []
