"""The migrations lead to the tables of the code."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from issuance.store.records import MIGRATIONS
from issuance.store.tables.metadata import metadata
from servicekit.storage.database import migrate
from sqlalchemy import Enum, create_engine, create_mock_engine


def test_the_schema_is_what_the_code_expects(tmp_path: Path) -> None:
    migrate(f"sqlite+aiosqlite:///{tmp_path}/new.db", MIGRATIONS)

    with create_engine(f"sqlite:///{tmp_path}/new.db").connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

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
