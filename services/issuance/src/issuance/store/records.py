"""Transactions over the database, and the records that one transaction reads and writes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

from servicekit.storage.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.retry_policy import USUAL_WAITS, LongestWaits
from issuance.store.adjudication_records import AdjudicationRecords
from issuance.store.application_changes import ApplicationChanges
from issuance.store.case_counts import CaseCounts
from issuance.store.case_records import CaseRecords
from issuance.store.contact_records import ContactRecords
from issuance.store.counter_records import CounterRecords
from issuance.store.document_records import DocumentRecords
from issuance.store.enrolment_records import EnrolmentRecords
from issuance.store.finger_records import FingerRecords
from issuance.store.history_records import HistoryRecords
from issuance.store.identification_rate_records import IdentificationRateRecords
from issuance.store.late_case_records import LateCaseRecords
from issuance.store.notice_records import NoticeRecords
from issuance.store.office_history_records import OfficeHistoryRecords
from issuance.store.office_records import OfficeRecords
from issuance.store.open_item_records import OpenItemRecords
from issuance.store.outage_records import OutageRecords
from issuance.store.outbox_records import OutboxRecords
from issuance.store.paused_work_records import PausedWorkRecords
from issuance.store.payment_records import PaymentRecords
from issuance.store.person_merge_records import PersonMergeRecords
from issuance.store.plan_records import PlanRecords
from issuance.store.portrait_records import PortraitRecords
from issuance.store.print_event_tokens import PrintEventTokens
from issuance.store.printer_circuits import PrinterCircuits
from issuance.store.queue_records import QueueRecords
from issuance.store.restore_records import RestoreRecords
from issuance.store.search_records import SearchRecords
from issuance.store.stuck_work_records import StuckWorkRecords
from issuance.store.unidentified_holders import UnidentifiedHolders
from issuance.store.unrecorded_print_events import UnrecordedPrintEvents

MIGRATIONS = "issuance.store:migrations"


class Records:
    """All records of issuance within one transaction.

    connection: the transaction's own, for what must be committed together with the records.
    """

    def __init__(
        self, connection: AsyncConnection, replica: str, longest: LongestWaits, *, writes: bool
    ) -> None:
        self.connection = connection
        self._replica = replica
        self._longest = longest
        self._writes = writes

    @cached_property
    def cases(self) -> CaseRecords:
        """Applications, each in the state it is in now."""
        return CaseRecords(self.connection, self._writes)

    @cached_property
    def case_counts(self) -> CaseCounts:
        """How many cases there are."""
        return CaseCounts(self.connection)

    @cached_property
    def queue(self) -> QueueRecords:
        """Queues of the offices: their complete cases without a book."""
        return QueueRecords(self.connection)

    @cached_property
    def counters(self) -> CounterRecords:
        """Numbers that are given out in order."""
        return CounterRecords(self.connection)

    @cached_property
    def fingers(self) -> FingerRecords:
        """Fingers of applicants, until the matcher has them."""
        return FingerRecords(self.connection)

    @cached_property
    def unidentified_holders(self) -> UnidentifiedHolders:
        """Holders of emergency documents who are still to be identified."""
        return UnidentifiedHolders(self.connection)

    @cached_property
    def enrolments(self) -> EnrolmentRecords:
        """What the matcher has of the cases."""
        return EnrolmentRecords(self.connection, self._writes)

    @cached_property
    def portraits(self) -> PortraitRecords:
        """Portraits of applicants, as they are printed."""
        return PortraitRecords(self.connection)

    @cached_property
    def contacts(self) -> ContactRecords:
        """How applicants are notified outside the office."""
        return ContactRecords(self.connection)

    @cached_property
    def payments(self) -> PaymentRecords:
        """Receipts of payments, each for one application."""
        return PaymentRecords(self.connection)

    @cached_property
    def documents(self) -> DocumentRecords:
        """The register of documents."""
        return DocumentRecords(self.connection, self._writes)

    @cached_property
    def person_merges(self) -> PersonMergeRecords:
        """Persons on record who are one."""
        return PersonMergeRecords(self.connection)

    @cached_property
    def history(self) -> HistoryRecords:
        """History of cases."""
        return HistoryRecords(self.connection)

    @cached_property
    def outbox(self) -> OutboxRecords:
        """Outbox tasks."""
        return OutboxRecords(self.connection, self._replica, self._longest)

    @cached_property
    def identification_rate(self) -> IdentificationRateRecords:
        """How fast identifications are sent to the matcher."""
        return IdentificationRateRecords(self.connection, self._writes)

    @cached_property
    def verification_rate(self) -> IdentificationRateRecords:
        """How fast verifications are sent to the matcher."""
        return IdentificationRateRecords(self.connection, self._writes, "verification")

    @cached_property
    def stuck_work(self) -> StuckWorkRecords:
        """Outbox tasks that somebody has to look at."""
        return StuckWorkRecords(self.connection)

    @cached_property
    def application_changes(self) -> ApplicationChanges:
        """Numbers of the changes of cases."""
        return ApplicationChanges(self.connection)

    @cached_property
    def open_items(self) -> OpenItemRecords:
        """Open items, and those that people have settled."""
        return OpenItemRecords(self.connection)

    @cached_property
    def late_cases(self) -> LateCaseRecords:
        """Which cases are late."""
        return LateCaseRecords(self.connection)

    @cached_property
    def paused_work(self) -> PausedWorkRecords:
        """Outbox work that administrators have paused."""
        return PausedWorkRecords(self.connection)

    @cached_property
    def adjudication_tasks(self) -> AdjudicationRecords:
        """Adjudication tasks."""
        return AdjudicationRecords(self.connection, self._writes)

    @cached_property
    def outages(self) -> OutageRecords:
        """Outages that last and those that are over."""
        return OutageRecords(self.connection, self._writes)

    @cached_property
    def notices(self) -> NoticeRecords:
        """Notices that were sent."""
        return NoticeRecords(self.connection)

    @cached_property
    def search(self) -> SearchRecords:
        """What applications are found by, and who searched."""
        return SearchRecords(self.connection)

    @cached_property
    def offices(self) -> OfficeRecords:
        """Offices and their special days."""
        return OfficeRecords(self.connection)

    @cached_property
    def office_history(self) -> OfficeHistoryRecords:
        """Who changed the offices and their special days."""
        return OfficeHistoryRecords(self.connection)

    @cached_property
    def plans(self) -> PlanRecords:
        """State of planning and machines of each office."""
        return PlanRecords(self.connection)

    @cached_property
    def unrecorded_print_events(self) -> UnrecordedPrintEvents:
        """Events of print jobs that could not be recorded in a case."""
        return UnrecordedPrintEvents(self.connection)

    @cached_property
    def print_event_tokens(self) -> PrintEventTokens:
        """Resume tokens of the printers' events."""
        return PrintEventTokens(self.connection)

    @cached_property
    def restores(self) -> RestoreRecords:
        """Restores of this database together with those of printers."""
        return RestoreRecords(self.connection)

    @cached_property
    def printer_circuits(self) -> PrinterCircuits:
        """Circuit breakers of the offices' printers."""
        return PrinterCircuits(self.connection)


class Store:
    """Opens transactions. replica: a name that no other process of this service has.

    longest: how long outbox tasks wait at most.
    """

    def __init__(
        self, database: Database, replica: str, longest: LongestWaits = USUAL_WAITS
    ) -> None:
        self._database = database
        self._replica = replica
        self._longest = longest

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Records]:
        """Open a write transaction; it is committed at the end of the block."""
        async with self._database.begin() as connection:
            yield Records(connection, self._replica, self._longest, writes=True)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        """Open a read transaction, which sees one state of the database."""
        async with self._database.read() as connection:
            yield Records(connection, self._replica, self._longest, writes=False)
