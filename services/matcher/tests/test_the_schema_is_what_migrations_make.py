"""The tables as the code sees them are the tables that migrations make."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from matcher.store.store import MIGRATIONS
from matcher.store.tables import metadata
from servicekit.storage.database import migrate
from sqlalchemy import create_engine


def test_there_is_no_difference(tmp_path: Path) -> None:
    migrate(f"sqlite+aiosqlite:///{tmp_path}/matcher.sqlite", MIGRATIONS)

    engine = create_engine(f"sqlite:///{tmp_path}/matcher.sqlite")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()

    assert differences == []
