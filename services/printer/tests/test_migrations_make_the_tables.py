from printer.store.records import MIGRATIONS
from printer.store.tables.jobs import jobs
from printer.store.tables.metadata import metadata
from servicekit.storage.database import migrate
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from services.schema_differences import schema_differences


async def test_a_new_database_has_what_the_code_expects(database_url: str) -> None:
    migrate(database_url, MIGRATIONS)
    migrate(database_url, MIGRATIONS)

    assert await schema_differences(database_url, metadata) == []


def test_a_state_is_stored_as_text_whatever_the_database() -> None:
    """A state that is added later needs no change of the column then."""
    statement = str(CreateTable(jobs).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]

    assert "state VARCHAR(32) NOT NULL" in statement
