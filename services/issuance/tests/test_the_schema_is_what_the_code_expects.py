"""The migrations lead to the tables of the code."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from issuance.store.records import MIGRATIONS
from issuance.store.tables import metadata
from servicekit.storage.database import migrate
from sqlalchemy import create_engine


def test_the_schema_is_what_the_code_expects(tmp_path: Path) -> None:
    migrate(f"sqlite+aiosqlite:///{tmp_path}/new.db", MIGRATIONS)

    with create_engine(f"sqlite:///{tmp_path}/new.db").connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []
