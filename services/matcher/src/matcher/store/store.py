"""The unit of work: one transaction, seen as records."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from servicekit.storage.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.store.change_log import Changes
from matcher.store.decision_chain import Decisions
from matcher.store.encounter_records import Encounters

MIGRATIONS = "matcher:store/migrations"


class Records:
    """Everything kept, within one transaction."""

    def __init__(self, transaction: AsyncConnection, embedding_version: str) -> None:
        self.transaction = transaction
        self.changes = Changes(transaction)
        self.encounters = Encounters(transaction, self.changes, embedding_version)
        self.decisions = Decisions(transaction)


class Store:
    """Transactions over the matcher's database."""

    def __init__(self, database: Database, embedding_version: str) -> None:
        self._database = database
        self._embedding_version = embedding_version

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Records]:
        """Change things: all or nothing, committed at the end of the block."""
        async with self._database.begin() as transaction:
            yield Records(transaction, self._embedding_version)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        """See one state of everything."""
        async with self._database.read() as transaction:
            yield Records(transaction, self._embedding_version)
