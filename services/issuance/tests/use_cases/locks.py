"""Whether transactions of a test wait for each other."""

from servicekit.storage.database import Database
from sqlalchemy import text


async def somebody_waits_for_a_lock(database: Database) -> bool:
    """Return whether a transaction waits for another one, on PostgreSQL."""
    async with database.read() as connection:
        waiting = await connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )
    return bool(waiting)
