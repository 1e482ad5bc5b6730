"""What distinguishes a migrated database from the tables as a service's code sees them."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from servicekit.storage.database import Database
from sqlalchemy import MetaData


async def schema_differences(url: str, metadata: MetaData) -> Any:
    """Return Alembic's list of the operations that would make the tables those of the code."""
    database = Database(url)
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda c: compare_metadata(MigrationContext.configure(c), metadata)
        )
    await database.close()
    return differences
