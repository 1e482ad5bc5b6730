from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from printer.store.records import MIGRATIONS
from printer.store.tables.jobs import jobs
from printer.store.tables.metadata import metadata
from servicekit.storage.database import Database, migrate
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable


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


def test_a_state_is_stored_as_text_whatever_the_database() -> None:
    """A state that is added later needs no change of the column then."""
    statement = str(CreateTable(jobs).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]

    assert "state VARCHAR(32) NOT NULL" in statement
