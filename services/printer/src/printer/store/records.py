"""All records of an office as one transaction sees them, and where transactions begin."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from servicekit.storage.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.store.books import BookRecords
from printer.store.jobs import JobRecords
from printer.store.machines import MachineRecords

MIGRATIONS = "printer:store/migrations"


class Records:
    """Jobs, books and machines within one transaction.

    connection: the transaction's own, for what must be committed together with the records.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.jobs = JobRecords(connection)
        self.books = BookRecords(connection)
        self.machines = MachineRecords(connection)


class Store:
    """Begins transactions over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Records]:
        """Begin a transaction that may write; it is committed at the end of the block."""
        async with self._database.begin() as connection:
            yield Records(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        """Begin a transaction that only reads; it sees one state of the database."""
        async with self._database.read() as connection:
            yield Records(connection)
