"""The migrations lead to the tables of the code."""

from issuance.store.records import MIGRATIONS
from issuance.store.tables.metadata import metadata
from servicekit.storage.database import migrate
from sqlalchemy import Enum, create_mock_engine

from services.schema_differences import schema_differences


async def test_the_schema_is_what_the_code_expects(database_url: str) -> None:
    migrate(database_url, MIGRATIONS)

    assert await schema_differences(database_url, metadata) == []


def test_enumerations_are_text_on_postgresql_too() -> None:
    postgresql = create_mock_engine("postgresql+asyncpg://", lambda *_: None).dialect
    enumerations = [
        column.type.compile(postgresql)
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Enum)
    ]

    assert set(enumerations) == {"VARCHAR(32)"}
