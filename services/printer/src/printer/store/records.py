"""All records of an office behind one database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from servicekit.storage.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.store.books import SqlBooks
from printer.store.jobs import SqlJobs
from printer.store.machines import SqlMachines

MIGRATIONS = "printer:store/migrations"


class SqlRecords:
    """Everything, as one transaction sees it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.jobs = SqlJobs(connection)
        self.books = SqlBooks(connection)
        self.machines = SqlMachines(connection)


class SqlStore:
    """Transactions over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlRecords]:
        """A transaction that may write; committed at the end of the block."""
        async with self._database.begin() as connection:
            yield SqlRecords(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlRecords]:
        """A transaction that only reads."""
        async with self._database.read() as connection:
            yield SqlRecords(connection)
