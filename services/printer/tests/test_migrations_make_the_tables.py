from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from printer.store.records import MIGRATIONS
from printer.store.tables import metadata
from servicekit.database import migrate
from sqlalchemy import create_engine


def test_a_new_database_has_what_the_code_expects(tmp_path: Path) -> None:
    file = tmp_path / "printer.db"
    migrate(f"sqlite+aiosqlite:///{file}", MIGRATIONS)
    migrate(f"sqlite+aiosqlite:///{file}", MIGRATIONS)

    with create_engine(f"sqlite:///{file}").connect() as connection:
        differences: list[Any] = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []
