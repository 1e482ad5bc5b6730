"""One transaction over everything that is kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

from servicekit.storage.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.store.cases import CaseStore
from issuance.store.notices import NoticeStore
from issuance.store.outages import OutageStore
from issuance.store.plans import PlanStore, WatchStore
from issuance.store.tasks import TaskStore
from issuance.store.work import WorkStore

MIGRATIONS = "issuance.store:migrations"


class StoredRecords:
    """Implements `use_cases.records.Records` over one connection."""

    def __init__(self, connection: AsyncConnection, replica: str, *, writes: bool) -> None:
        self._connection = connection
        self._replica = replica
        self._writes = writes

    @cached_property
    def cases(self) -> CaseStore:
        """Cases, history, fingers."""
        return CaseStore(self._connection, self._writes)

    @cached_property
    def work(self) -> WorkStore:
        """The outbox."""
        return WorkStore(self._connection, self._replica)

    @cached_property
    def tasks(self) -> TaskStore:
        """Examiners' tasks."""
        return TaskStore(self._connection, self._writes)

    @cached_property
    def outages(self) -> OutageStore:
        """Outages and who waits for them."""
        return OutageStore(self._connection)

    @cached_property
    def notices(self) -> NoticeStore:
        """What people were told."""
        return NoticeStore(self._connection)

    @cached_property
    def plans(self) -> PlanStore:
        """What plans are made from."""
        return PlanStore(self._connection)

    @cached_property
    def watches(self) -> WatchStore:
        """How far the printers were heard."""
        return WatchStore(self._connection)


class Store:
    """Implements `use_cases.records.Transactions`. replica: a name no other process here has."""

    def __init__(self, database: Database, replica: str) -> None:
        self._database = database
        self._replica = replica

    def records(self, connection: AsyncConnection) -> StoredRecords:
        """Records over a transaction that somebody else began to write."""
        return StoredRecords(connection, self._replica, writes=True)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[StoredRecords]:
        """One that writes, committed at the end of the block."""
        async with self._database.begin() as connection:
            yield self.records(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[StoredRecords]:
        """One that sees one state of the database."""
        async with self._database.read() as connection:
            yield StoredRecords(connection, self._replica, writes=False)
