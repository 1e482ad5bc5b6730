"""Send the page of an assigned job to its machine."""

from dataclasses import replace

from servicekit.process.failpoint import failpoint

from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.domain.printer_client import (
    JobSubmission,
    PrinterClient,
    RequestNotDelivered,
    RequestRefused,
)
from printer.store.records import Store
from printer.use_cases.record_job_events import RecordJobEvents


class PageNotTaken(Exception):
    """The machine certainly has nothing of the job; says why.

    refused: it was asked and refused, so page or book may be the cause.
    """

    def __init__(self, reason: str, *, refused: bool) -> None:
        super().__init__(reason)
        self.refused = refused


class SendPage:
    """Sends pages to one machine.

    machine_job_id: the machine's id of the job that it was given last; only saves searches for it.
    """

    def __init__(self, store: Store, record: RecordJobEvents) -> None:
        self._store = store
        self._record = record
        self.machine_job_id: int | None = None

    async def __call__(self, client: PrinterClient, job: Job) -> None:
        """Create the job at the machine, send its document, record that the machine has it.

        Raises PageNotTaken, or what the client raises: the machine may have the page then.
        """
        failpoint("printer.assigned")
        async with self._store.read() as records:
            page = await records.printed_data.page(job.job_id)
        attempt = job.latest_attempt
        submission = JobSubmission(attempt.attempt_id, attempt.book_serial, page, job.page_sha256)
        try:
            await self._submit(client, submission)
        except RequestNotDelivered as error:
            raise PageNotTaken(str(error), refused=False) from error
        delivered = job.with_latest_attempt(replace(attempt, delivered=True))
        await self._record(delivered, JobEvent.SEND)
        failpoint("printer.sent")

    async def _submit(self, client: PrinterClient, submission: JobSubmission) -> None:
        try:
            self.machine_job_id = await client.create_job(submission)
        except RequestRefused as error:
            raise PageNotTaken(str(error), refused=True) from error
        failpoint("printer.created")
        await client.send_document(self.machine_job_id, submission)
        failpoint("printer.delivered")
