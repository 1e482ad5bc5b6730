"""Create a print job: verify the clearance, make the page, verify the page, queue the job."""

from collections.abc import Callable
from hashlib import sha256

from servicekit.process.clock import Clock
from servicekit.process.worker_pool import WorkerPool

from printer.domain.clearance import ClearanceVerifier, ClearedPage, require_document_number
from printer.domain.errors import BadPayload
from printer.domain.job import Job
from printer.page.data_page import PageData, render
from printer.page.mrz import td3_mrz
from printer.page.personalisation_data import PersonalisationDataReader, payload_path
from printer.page.unprintable import UnprintableField
from printer.page.verification import verify_page
from printer.store.records import Records


class CreatePrintJob:
    """Prepares a page outside of any transaction, then queues its job within one.

    pool: where pages are made. new_id: makes ids of jobs.
    """

    def __init__(
        self,
        *,
        verifier: ClearanceVerifier,
        read_payload: PersonalisationDataReader,
        clock: Clock,
        pool: WorkerPool,
        new_id: Callable[[], str],
    ) -> None:
        self._verifier = verifier
        self._read_payload = read_payload
        self._clock = clock
        self._pool = pool
        self._new_id = new_id

    async def prepare(self, token: str, payload: bytes) -> ClearedPage:
        """Return the page of `payload`, cleared by `token`.

        Raises what ClearanceVerifier.verify raises, ClearancePayloadMismatch if the clearance is
        for another document number, BadPayload if the payload cannot be printed.
        """
        clearance = self._verifier.verify(token, payload, self._clock.now())
        data = self._read_payload(payload)
        require_document_number(clearance, data.mrz.document_number)
        try:
            page, mrz = await self._pool.run(_make_page, data)
        except UnprintableField as error:
            raise BadPayload(str(error), field=payload_path(error.field)) from error
        return ClearedPage(clearance, token, payload, page, mrz)

    async def queue(self, records: Records, cleared: ClearedPage, priority_class: int) -> Job:
        """Add the job to the queue; raise ClearanceUsed or DocumentAlreadyCleared."""
        job = Job(
            job_id=self._new_id(),
            application_id=cleared.clearance.application_id,
            document_number=cleared.clearance.document_number,
            page_sha256=sha256(cleared.page).digest(),
            priority_class=priority_class,
            created_at=self._clock.now(),
        )
        return await records.jobs.add(job, cleared)


def _make_page(data: PageData) -> tuple[bytes, str]:
    page = render(data)
    verify_page(page, data)
    mrz = td3_mrz(data.mrz)
    return page, mrz.upper + mrz.lower
