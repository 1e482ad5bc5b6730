"""Is this the database that was last dispatched from, or has it gone back in time?

A SQLite file: the announcements of requests to machines are also counted in the dispatcher's lock
file beside it, which backups of the database do not contain. PostgreSQL: the system identifier, the
timeline, the id of the database and that of one of its tables are compared with those stored; a
recovery to a point in time or a promotion changes the timeline, a restore into a new database its
id, and `pg_restore --clean` into the same one makes its tables anew.
"""

import os
from pathlib import Path

from servicekit.storage.database import Database
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.store.tables.dispatch import dispatch

# So many fit into one sector, and numbers of every size have the same length.
_DIGITS = 20
_SERVER_IDENTITY = text(
    "SELECT concat_ws(':', (SELECT system_identifier FROM pg_control_system()),"
    " greatest((SELECT timeline_id FROM pg_control_checkpoint()),"
    " (SELECT min_recovery_end_timeline FROM pg_control_recovery())),"
    " (SELECT oid FROM pg_database WHERE datname = current_database()),"
    " CAST(CAST('dispatch' AS regclass) AS oid))"
)


class AnnouncementMark:
    """The number of announcements, kept beside a SQLite file; nothing with a server."""

    def __init__(self, database: Database) -> None:
        file = database.engine.url.database
        self._file = None if database.is_shared or not file else Path(f"{file}.dispatcher")

    def is_ahead_of(self, requests: int) -> bool:
        """Return whether more requests may have been announced than the database knows.

        A mark that is missing or unreadable says nothing, so then any number may have been.
        """
        if self._file is None or requests == 0 == self._file_size():
            return False
        try:
            return int(self._file.read_text()) > requests
        except (FileNotFoundError, ValueError):
            return True

    def write(self, requests: int) -> None:
        """Store the number of announcements that the database knows, on the disk."""
        if self._file is None:
            return
        # Not replaced, as the file itself is locked, and never shorter: a crash leaves one number.
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, f"{requests:0{_DIGITS}d}\n".encode(), 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _file_size(self) -> int:
        return self._file.stat().st_size if self._file and self._file.exists() else 0


async def server_identity(connection: AsyncConnection) -> str:
    """Return what changes when a server's database is another one; empty for a SQLite file."""
    is_server = connection.dialect.name == "postgresql"
    return str(await connection.scalar(_SERVER_IDENTITY)) if is_server else ""


async def reason_to_suspect_restore(
    connection: AsyncConnection, mark: AnnouncementMark
) -> str | None:
    """Return how it shows that the database has gone back in time; None if nothing shows it."""
    known = (await connection.execute(select(dispatch))).one()
    if mark.is_ahead_of(known.requests):
        return "machines were sent what the database does not know"
    if known.server_identity not in ("", await server_identity(connection)):
        return "the database server was restored or promoted"
    return None
