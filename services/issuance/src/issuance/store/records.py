"""Transactions over the database, and the records that one transaction reads and writes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

from servicekit.storage.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.store.adjudication_records import AdjudicationRecords
from issuance.store.case_records import CaseRecords
from issuance.store.history_records import HistoryRecords
from issuance.store.notice_records import NoticeRecords
from issuance.store.outage_records import OutageRecords
from issuance.store.outbox_records import OutboxRecords
from issuance.store.plan_records import PlanRecords
from issuance.store.print_event_tokens import PrintEventTokens

MIGRATIONS = "issuance.store:migrations"


class Records:
    """All records of issuance, over the connection of one transaction."""

    def __init__(self, connection: AsyncConnection, replica: str, *, writes: bool) -> None:
        self._connection = connection
        self._replica = replica
        self._writes = writes

    @cached_property
    def cases(self) -> CaseRecords:
        """Cases and their fingers."""
        return CaseRecords(self._connection, self._writes)

    @cached_property
    def history(self) -> HistoryRecords:
        """History of cases."""
        return HistoryRecords(self._connection)

    @cached_property
    def outbox(self) -> OutboxRecords:
        """Outbox tasks."""
        return OutboxRecords(self._connection, self._replica)

    @cached_property
    def adjudication_tasks(self) -> AdjudicationRecords:
        """Adjudication tasks."""
        return AdjudicationRecords(self._connection, self._writes)

    @cached_property
    def outages(self) -> OutageRecords:
        """Outages and the cases linked to them."""
        return OutageRecords(self._connection)

    @cached_property
    def notices(self) -> NoticeRecords:
        """Notices that were sent."""
        return NoticeRecords(self._connection)

    @cached_property
    def plans(self) -> PlanRecords:
        """State of planning and machines of each office."""
        return PlanRecords(self._connection)

    @cached_property
    def print_event_tokens(self) -> PrintEventTokens:
        """Resume tokens of the printers' events."""
        return PrintEventTokens(self._connection)


class Store:
    """Opens transactions. replica: a name that no other process of this service has."""

    def __init__(self, database: Database, replica: str) -> None:
        self._database = database
        self._replica = replica

    def records(self, connection: AsyncConnection) -> Records:
        """Return the records of a write transaction that was begun elsewhere."""
        return Records(connection, self._replica, writes=True)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Records]:
        """Open a write transaction; it is committed at the end of the block."""
        async with self._database.begin() as connection:
            yield self.records(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        """Open a read transaction, which sees one state of the database."""
        async with self._database.read() as connection:
            yield Records(connection, self._replica, writes=False)
