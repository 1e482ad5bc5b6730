"""The migrations lead to the tables of the code."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from issuance.store.records import MIGRATIONS
from issuance.store.tables.metadata import metadata
from servicekit.storage.database import Database, migrate
from sqlalchemy import Enum, create_mock_engine


async def test_the_schema_is_what_the_code_expects(database_url: str) -> None:
    migrate(database_url, MIGRATIONS)

    database = Database(database_url)
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda c: compare_metadata(MigrationContext.configure(c), metadata)
        )
    await database.close()

    assert differences == []


def test_enumerations_are_text_on_postgresql_too() -> None:
    postgresql = create_mock_engine("postgresql+asyncpg://", lambda *_: None).dialect
    enumerations = [
        column.type.compile(postgresql)
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Enum)
    ]

    assert set(enumerations) == {"VARCHAR(32)"}
