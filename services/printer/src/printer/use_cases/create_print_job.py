"""Take a job: only with a clearance that is good here and now, and only a page that reads back."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from servicekit.process.clock import Clock
from servicekit.process.worker_pool import WorkerPool

from printer.domain.clearance import Clearance, check
from printer.domain.errors import BadPayload, ClearancePayloadMismatch
from printer.domain.job import Job
from printer.page.data_page import PageData, render
from printer.page.errors import Unprintable
from printer.page.mrz import td3
from printer.page.read_back import check as check_page
from printer.use_cases.records import Intake, Records


class Verifier(Protocol):
    """Knows the keys that clearances are signed with."""

    def __call__(self, token: str) -> Clearance:
        """The claims; raises BadClearance, ClearanceUnknownKey or ClearanceBadSignature."""
        ...


class PayloadReader(Protocol):
    """Knows the form in which page data come."""

    def __call__(self, payload: bytes) -> PageData:
        """The payload as page data; raises BadPayload."""
        ...

    def path(self, field: str) -> str:
        """Where in a request the value of a field of the page stands."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page that may be printed."""

    intake: Intake
    document_number: str


class CreatePrintJob:
    """Prepares a page outside of any transaction, then queues it.

    new_id: makes ids of jobs.
    """

    def __init__(
        self,
        *,
        verify: Verifier,
        read_payload: PayloadReader,
        office: str,
        clock: Clock,
        pool: WorkerPool,
        new_id: Callable[[], str],
    ) -> None:
        self._verify = verify
        self._read_payload = read_payload
        self._office = office
        self._clock = clock
        self._pool = pool
        self._new_id = new_id

    async def prepare(self, token: str, payload: bytes) -> Prepared:
        """Check the clearance and make the page; raises its reason, or BadPayload."""
        clearance = self._verify(token)
        check(clearance, payload, self._office, self._clock.now())
        data = self._read_payload(payload)
        number = data.mrz.document_number
        if number != clearance.document_number:
            raise ClearancePayloadMismatch("the clearance is for another document number")
        try:
            page, zone = await self._pool.run(_press, data)
        except Unprintable as error:
            raise BadPayload(str(error), field=self._read_payload.path(error.field)) from error
        return Prepared(Intake(clearance, token, payload, page, zone), number)

    async def queue(self, records: Records, prepared: Prepared, priority_class: int) -> Job:
        """Queue the job; raises ClearanceUsed, DocumentAlreadyCleared."""
        intake = prepared.intake
        job = Job(
            job_id=self._new_id(),
            application_id=intake.clearance.application_id,
            document_number=prepared.document_number,
            page_sha256=sha256(intake.page).digest(),
            priority_class=priority_class,
            created_at=self._clock.now(),
        )
        return await records.jobs.add(job, intake)


def _press(data: PageData) -> tuple[bytes, str]:
    page = render(data)
    check_page(page, data)
    zone = td3(data.mrz)
    return page, zone.upper + zone.lower
