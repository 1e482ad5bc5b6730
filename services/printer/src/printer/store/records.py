"""All records of an office as one transaction sees them, and where transactions begin."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from servicekit.storage.database import Database
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.store.attempts import AttemptRecords
from printer.store.books import BookRecords
from printer.store.clearances import ClearanceRecords
from printer.store.database_continuity import AnnouncementMark
from printer.store.dispatch_epoch import DispatchEpoch
from printer.store.job_events import JobEventRecords
from printer.store.jobs import JobRecords
from printer.store.machine_events import MachineEventRecords
from printer.store.machine_observations import MachineObservationRecords
from printer.store.machines import MachineRecords
from printer.store.maintenance import MaintenanceRecords
from printer.store.movements import MovementRecords
from printer.store.open_items import OpenItemRecords
from printer.store.printed_data import PrintedDataRecords
from printer.store.proposals import ProposalRecords
from printer.store.restores import RestoreRecords
from printer.store.samples import SampleRecords
from printer.store.stock_counts import StockCountRecords
from printer.store.tables.dispatch import change_counter
from printer.store.throughput import ThroughputRecords

MIGRATIONS = "printer:store/migrations"


class Records:
    """Jobs, books and machines with their histories, proposals and counts, in one transaction.

    connection: the transaction's own, for what must be committed together with the records.
    """

    def __init__(self, connection: AsyncConnection, mark: AnnouncementMark) -> None:
        self.connection = connection
        self.jobs = JobRecords(connection)
        self.attempts = AttemptRecords(connection)
        self.printed_data = PrintedDataRecords(connection)
        self.job_events = JobEventRecords(connection)
        self.books = BookRecords(connection)
        self.movements = MovementRecords(connection)
        self.machines = MachineRecords(connection)
        self.clearances = ClearanceRecords(connection)
        self.restores = RestoreRecords(connection, mark)
        self.machine_observations = MachineObservationRecords(connection)
        self.throughput = ThroughputRecords(connection)
        self.maintenance = MaintenanceRecords(connection)
        self.samples = SampleRecords(connection)
        self.machine_events = MachineEventRecords(connection)
        self.proposals = ProposalRecords(connection)
        self.stock_counts = StockCountRecords(connection)
        self.open_items = OpenItemRecords(connection)

    async def lock_changes(self) -> None:
        """Let no other transaction lock them, or change a job, until this one is over."""
        unchanged = update(change_counter).values(last_change=change_counter.c.last_change)
        await self.connection.execute(unchanged)


class Store:
    """Begins transactions over one database.

    epoch: the dispatcher's; its transactions write nothing once another process dispatches.
    """

    def __init__(self, database: Database, epoch: DispatchEpoch | None = None) -> None:
        self._database = database
        self._mark = AnnouncementMark(database)
        self._epoch = epoch

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Records]:
        """Begin a transaction that may write; it is committed at the end of the block.

        Raises DispatchEpochLost.
        """
        async with self._database.begin() as connection:
            if self._epoch is not None:
                await self._epoch.require(connection)
            yield Records(connection, self._mark)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        """Begin a transaction that only reads; it sees one state of the database."""
        async with self._database.read() as connection:
            yield Records(connection, self._mark)
