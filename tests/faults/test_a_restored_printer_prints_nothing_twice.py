"""A printer's database is restored from a backup while passports are on their way."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from harness.identities import OFFICE, OPERATORS, SUPERVISOR
from harness.journey_office import JourneyOffice
from harness.machine_output import document_number, read_mrz
from harness.patient_calls import call_until_answered, wait_until
from harness.roles.counter import Case
from passport.issuance.v1 import accounts_pb2
from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1.accounts_pb2_grpc import AccountsStub
from passport.printer.v1 import admin_pb2, jobs_pb2, stock_pb2, two_persons_pb2
from passport.printer.v1.admin_pb2_grpc import PrinterAdminStub
from passport.printer.v1.jobs_pb2_grpc import PrintJobsStub
from passport.printer.v1.stock_pb2_grpc import StockStub

from services.databases import copy_database, database_of
from tests.countries import a_country, database_url

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

HELD, QUALITY_CHECK = jobs_pb2.PRINT_JOB_STATE_HELD, jobs_pb2.PRINT_JOB_STATE_QUALITY_CHECK
_WITHIN_SECONDS = 60.0
_requests = count(1)


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[JourneyOffice]:
    """An office of its own, with one machine, on a Monday morning."""
    async with a_country(tmp_path, machines=1, books_per_minute=600.0) as country:
        office = JourneyOffice(country, seed=1)
        await office.staff.open_print_room()
        office.next_monday()
        yield office


async def test_a_restored_printer_prints_nothing_twice(office: JourneyOffice) -> None:
    backup = await _back_up(office)
    finished, on_its_way = await _printed(office, 2)
    await office.staff.operator.check(finished.application_id)
    await wait_until(_is_ready(office, finished), what="it is ready", within=_WITHIN_SECONDS)

    await _restore(office, backup)
    held = await wait_until(_held(office), what="a job is held", within=_WITHIN_SECONDS)
    items = await _open_items(office)
    await _release_office(office)

    assert held.application_id == on_its_way.application_id
    assert "its passport may exist" in held.state_reason
    assert [(item.kind, item.application_id) for item in items] == [
        (accounts_pb2.OPEN_ITEM_KIND_PRINT_JOB, on_its_way.application_id)
    ]

    found = await _book_of(office, on_its_way)
    await _spoil(office, found)
    await _release_job(office, held)
    await office.print(on_its_way)

    passport = await office.file(on_its_way)
    assert passport.book_serial not in ("", found)
    assert await _open_items(office) == []
    printed = [book.book_serial for out in office.country.machine_outputs for book in out.printed()]
    assert len(printed) == len(set(printed)) == 3


async def _back_up(office: JourneyOffice) -> str:
    """Return the URL of the backup."""
    country = office.country
    backup = database_of(country.layout.data / "backup.sqlite")
    await country.terminate("printer")
    copy_database(database_url(country, "printer"), backup)
    await country.restart("printer")
    return backup


async def _restore(office: JourneyOffice, backup: str) -> None:
    country = office.country
    await country.terminate("printer")
    copy_database(backup, database_url(country, "printer"))
    await country.restart("printer")


async def _printed(office: JourneyOffice, number: int) -> Sequence[Case]:
    """Take applicants in and let the machine print; nobody has looked at the books yet."""
    cases = await office.apply(*(office.first_time_applicant() for _ in range(number)))
    await office.decide()
    office.clock(office.today + timedelta(days=1), 8)

    async def printed() -> bool:
        return len(await office.staff.operator.jobs(QUALITY_CHECK)) == number

    await wait_until(printed, what="the books are printed", within=_WITHIN_SECONDS)
    return cases


def _is_ready(office: JourneyOffice, case: Case) -> Callable[[], Awaitable[bool]]:
    async def is_ready() -> bool:
        return (await office.file(case)).state == pb.APPLICATION_STATE_READY

    return is_ready


def _held(office: JourneyOffice) -> Callable[[], Awaitable[jobs_pb2.PrintJob | None]]:
    async def held() -> jobs_pb2.PrintJob | None:
        return next(iter(await office.staff.operator.jobs(HELD)), None)

    return held


async def _open_items(office: JourneyOffice) -> Sequence[accounts_pb2.OpenItem]:
    stub = AccountsStub(office.country.clients.channel("issuance", SUPERVISOR))
    answer = await call_until_answered(
        stub.ListOpenItems, accounts_pb2.ListOpenItemsRequest(office=OFFICE)
    )
    return list(answer.items)


async def _book_of(office: JourneyOffice, case: Case) -> str:
    """Return the serial of the book in the tray that has the number of a passport."""
    number = (await office.file(case)).document_number
    pages = [page for out in office.country.machine_outputs for page in out.pages()]
    return next(serial for serial, page in pages if document_number(read_mrz(page)) == number)


async def _release_office(office: JourneyOffice) -> None:
    for who in OPERATORS:
        stub = PrinterAdminStub(office.country.clients.channel("printer", who))
        request = admin_pb2.ReleaseAfterRestoreRequest(
            request_id=_id(), explanation="compared with the tray"
        )
        await call_until_answered(stub.ReleaseAfterRestore, request)


async def _spoil(office: JourneyOffice, serial: str) -> None:
    for who in OPERATORS:
        stub = StockStub(office.country.clients.channel("printer", who))
        request = stock_pb2.RemoveBooksRequest(
            request_id=_id(),
            books=stock_pb2.BookRange(first_serial=serial, count=1),
            removal=stock_pb2.BOOK_REMOVAL_SPOILED,
            reason=two_persons_pb2.DECISION_REASON_OTHER,
            explanation="printed before the restore",
        )
        await call_until_answered(stub.RemoveBooks, request)


async def _release_job(office: JourneyOffice, job: jobs_pb2.PrintJob) -> None:
    for who in OPERATORS:
        stub = PrintJobsStub(office.country.clients.channel("printer", who))
        request = jobs_pb2.ReleasePrintJobRequest(
            request_id=_id(),
            job_id=job.job_id,
            reason_code=two_persons_pb2.DECISION_REASON_CAUSE_REMEDIED,
            reason="the book printed before the restore is spoiled",
        )
        await call_until_answered(stub.ReleasePrintJob, request)


def _id() -> str:
    return f"request-{next(_requests)}"
