"""A slow attempt whose lease ran out leaves the work to whoever took it over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.outbox import LeaseLost, OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import ApplicationState
from issuance.domain.validity import ValidityRule
from issuance.store.records import Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.submit_print_job import SubmitPrintJob
from servicekit.process.clock import SystemClock
from servicekit.storage.database import Database

from .answering_neighbours import PrinterWithoutJobs
from .patient import PATIENT

NOW = datetime(2018, 11, 5, 1, tzinfo=UTC)
LEASE = timedelta(seconds=60)
CASE = Case(
    id="case-1",
    office="BJM",
    type=ApplicationType.NEW,
    priority_class=PriorityClass.NORMAL,
    holder=b"",
    person_id="person-1",
    created_at=NOW,
    state_since=NOW,
    state=ApplicationState.PRINTING,
    document_number="X0000001",
    released_on=date(2018, 11, 5),
)
BOOK = OutboxTask(
    "work-1",
    OutboxTaskKind.PRINT,
    "case-1",
    "BJM",
    PriorityClass.NORMAL,
    1,
    "request-1",
    b"page",
    NOW,
)


class Printer(PrinterWithoutJobs):
    """Signs each clearance differently, and keeps what it was sent."""

    def __init__(self) -> None:
        self.signed = 0
        self.sent: list[tuple[str, str]] = []

    def sign_clearance(
        self,
        task: OutboxTask,
        document_number: str,
        *,
        is_repeated: bool,
        identified_by: str,
    ) -> str:
        self.signed += 1
        return f"clearance-{self.signed}"

    async def create_print_job(self, task: OutboxTask) -> str:
        self.sent.append((task.request_id, task.clearance))
        return "job-1"


@pytest_asyncio.fixture
async def store(database: Database) -> Store:
    """A released case with its outbox task."""
    store = Store(database, "one", PATIENT)
    async with store.begin() as records:
        await records.cases.add(CASE)
        await records.outbox.add(BOOK)
    return store


async def leased(store: Store, at: datetime) -> Sequence[OutboxTask]:
    async with store.begin() as records:
        return await records.outbox.lease([BOOK.id], at, at + LEASE)


async def test_it_sends_no_clearance_of_its_own(store: Store) -> None:
    (slow,) = await leased(store, NOW)
    (quick,) = await leased(store, NOW + 2 * LEASE)
    printer = Printer()
    apply_transition = ApplyTransition(OfficeDirectory(), lambda *_: b"", str, ValidityRule())
    attempt = SubmitPrintJob(
        store, printer, printer.sign_clearance, apply_transition, SystemClock(), lambda: "request-2"
    )

    await attempt(quick)
    with pytest.raises(LeaseLost):
        await attempt(slow)

    assert printer.sent == [("request-1", "clearance-1")]


async def test_it_does_not_give_the_work_back(store: Store) -> None:
    (slow,) = await leased(store, NOW)
    later = NOW + 2 * LEASE
    (quick,) = await leased(store, later)

    async with store.begin() as records:
        await records.outbox.postpone(slow, later, "too slow", counts=True)
    assert not await leased(store, later)
    async with store.begin() as records:
        await records.outbox.postpone(quick, later, "in vain", counts=True)

    (again,) = await leased(store, later)
    assert again == replace(quick, attempts=1)
