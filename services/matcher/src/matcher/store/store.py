"""How does a use case read and change the database: one transaction, seen as records."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from servicekit.process.failpoint import failpoint
from servicekit.storage.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.store.bundle_records import BundleRecords
from matcher.store.change_log import ChangeLog
from matcher.store.decision_chain import DecisionChain
from matcher.store.encounter_changes import EncounterChanges
from matcher.store.encounter_keys import EncounterKeys
from matcher.store.encounter_records import EncounterRecords
from matcher.store.encryption import MasterKey
from matcher.store.gallery_records import GalleryRecords
from matcher.store.index_source import IndexSource
from matcher.store.merge_records import MergeRecords
from matcher.store.operation_records import OperationRecords
from matcher.store.searched_contents import SearchedContents
from matcher.store.supplied_fingers import SuppliedFingers

MIGRATIONS = "matcher:store/migrations"

T = TypeVar("T")


class Records:
    """All tables of the matcher, within one transaction."""

    def __init__(
        self, transaction: AsyncConnection, embedding_version: str, master_key: MasterKey
    ) -> None:
        self.transaction = transaction
        self.keys = EncounterKeys(transaction, master_key)
        self.contents = SearchedContents(transaction)
        self.changes = ChangeLog(transaction, self.contents)
        self.galleries = GalleryRecords(transaction)
        self.encounters = EncounterRecords(
            transaction, self.changes, self.galleries, self.keys, embedding_version
        )
        self.encounter_changes = EncounterChanges(
            transaction, self.changes, self.encounters, self.galleries
        )
        self.merges = MergeRecords(transaction)
        self.index_source = IndexSource(transaction, self.keys, embedding_version)
        self.decisions = DecisionChain(transaction)
        self.supplied_fingers = SuppliedFingers(transaction, master_key)
        self.bundles = BundleRecords(transaction, self.changes)
        self.operations = OperationRecords(transaction, master_key)


StoreResponse = Callable[[Records, T], Awaitable[None]]
"""Stores the response to a call in the transaction that completes its work.

A repeated request is then answered by what was done, and its work is never done twice.
"""


class Store:
    """The matcher's database.

    embedding_version: of the model in use; embeddings of any other count as outdated. master_key:
    that the keys of biometric data are wrapped by.
    """

    def __init__(self, database: Database, embedding_version: str, master_key: MasterKey) -> None:
        self._database = database
        self._embedding_version = embedding_version
        self._master_key = master_key

    def of_embeddings(self, version: str) -> "Store":
        """Return the same database, seen with the embeddings of this model version."""
        return Store(self._database, version, self._master_key)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Records]:
        """Open a transaction that changes records, committed whole at the end of the block."""
        async with self._database.begin() as transaction:
            yield Records(transaction, self._embedding_version, self._master_key)
            failpoint("matcher.before_commit")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        """Open a transaction that reads one consistent state of all records."""
        async with self._database.read() as transaction:
            yield Records(transaction, self._embedding_version, self._master_key)

    @asynccontextmanager
    async def read_once(self) -> AsyncIterator[Records]:
        """Open what reads records by one statement: cheaper than `read`, of one state by itself."""
        async with self._database.read_once() as connection:
            yield Records(connection, self._embedding_version, self._master_key)

    async def overwrite_deleted(self) -> None:
        """Leave nothing of deleted rows, their keys above all, in the database's files."""
        await self._database.overwrite_deleted()
