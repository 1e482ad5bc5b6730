"""The tables as the code sees them are the tables that migrations make."""

from matcher.store.store import MIGRATIONS
from matcher.store.tables import metadata
from servicekit.storage.database import migrate

from services.schema_differences import schema_differences


async def test_there_is_no_difference(database_url: str) -> None:
    migrate(database_url, MIGRATIONS)

    assert await schema_differences(database_url, metadata) == []
