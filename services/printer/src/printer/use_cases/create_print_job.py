"""Create a print job: verify the clearance, make the page, verify the page, queue the job."""

from collections.abc import Callable
from hashlib import sha256

from servicekit.process.clock import Clock
from servicekit.process.worker_pool import WorkerPool

from printer.domain.attribution import Attribution
from printer.domain.clearance import ClearedPage, require_document_number
from printer.domain.errors import BadPayload
from printer.domain.job import Job
from printer.page.personalisation_data import PersonalisationDataReader, payload_path
from printer.page.unprintable import UnprintableField
from printer.store.records import Records, Store
from printer.use_cases.clearance_validity import ClearanceValidity, refuse_revoked
from printer.use_cases.hold_after_restore import hold_if_released_before_restore
from printer.use_cases.make_page import MakePage


class CreatePrintJob:
    """Prepares a page outside of any transaction, then queues its job within one.

    pool: where pages are made. new_id: makes ids of jobs.
    """

    def __init__(
        self,
        *,
        store: Store,
        validity: ClearanceValidity,
        read_payload: PersonalisationDataReader,
        make_page: MakePage,
        clock: Clock,
        pool: WorkerPool,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._validity = validity
        self._read_payload = read_payload
        self._make_page = make_page
        self._clock = clock
        self._pool = pool
        self._new_id = new_id

    async def prepare(self, token: str, payload: bytes) -> ClearedPage:
        """Return the page of `payload`, cleared by `token`.

        Raises what ClearanceVerifier.verify raises, ClearancePayloadMismatch if the clearance is
        for another document number, BadPayload if the payload cannot be printed, ChipNotSigned.
        """
        async with self._store.read() as records:
            verifier = await self._validity.verifier(records)
        clearance = verifier.verify(token, payload, self._clock.now())
        data = self._read_payload(payload)
        require_document_number(clearance, data.mrz.document_number)
        try:
            page = await self._pool.run(self._make_page, data, self._clock.now())
        except UnprintableField as error:
            raise BadPayload(str(error), field=payload_path(error.field)) from error
        return ClearedPage(
            clearance,
            token,
            payload,
            page.pdf,
            page.mrz,
            page.chip_sha256,
            data.date_of_issue,
        )

    async def queue(
        self, records: Records, cleared: ClearedPage, priority_class: int, by: Attribution
    ) -> Job:
        """Add the job to the queue; hold it if its passport may exist since before a restore.

        Raises ClearanceUsed, DocumentAlreadyCleared or ClearanceRevoked.
        """
        # Not left to the dispatcher, which may have yet to take over after the restore.
        await records.restores.notice_if_suspected(by)
        await refuse_revoked(records, cleared.clearance)
        job = Job(
            job_id=self._new_id(),
            application_id=cleared.clearance.application_id,
            document_number=cleared.clearance.document_number,
            page_sha256=sha256(cleared.page).digest(),
            chip_sha256=cleared.chip_sha256,
            payload_sha256=bytes.fromhex(cleared.clearance.payload_sha256),
            issued_on=cleared.issued_on,
            priority_class=priority_class,
            created_at=by.at,
        )
        job = await records.jobs.add(job, cleared, by)
        return await hold_if_released_before_restore(records, job, cleared.clearance, by)
