"""How does a use case read and change the database: one transaction, seen as records."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from servicekit.storage.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.store.change_log import ChangeLog
from matcher.store.decision_chain import DecisionChain
from matcher.store.encounter_records import EncounterRecords
from matcher.store.index_source import IndexSource

MIGRATIONS = "matcher:store/migrations"

T = TypeVar("T")


class Records:
    """All tables of the matcher, within one transaction."""

    def __init__(self, transaction: AsyncConnection, embedding_version: str) -> None:
        self.transaction = transaction
        self.changes = ChangeLog(transaction)
        self.encounters = EncounterRecords(transaction, self.changes, embedding_version)
        self.index_source = IndexSource(transaction, embedding_version)
        self.decisions = DecisionChain(transaction)


StoreResponse = Callable[[Records, T], Awaitable[None]]
"""Stores the response to a call in the transaction that completes its work.

A repeated request is then answered by what was done, and its work is never done twice.
"""


class Store:
    """The matcher's database.

    embedding_version: of the model in use; embeddings of any other count as outdated.
    """

    def __init__(self, database: Database, embedding_version: str) -> None:
        self._database = database
        self._embedding_version = embedding_version

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Records]:
        """Open a transaction that changes records, committed whole at the end of the block."""
        async with self._database.begin() as transaction:
            yield Records(transaction, self._embedding_version)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        """Open a transaction that reads one consistent state of all records."""
        async with self._database.read() as transaction:
            yield Records(transaction, self._embedding_version)
