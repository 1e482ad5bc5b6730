"""Jobs as printers tell of them that have read what they were sent."""

from dataclasses import replace
from hashlib import sha256

from issuance.domain.outbox import OutboxTask
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.serialization import day_of
from passport.printer.v1 import jobs_pb2


def a_job_of(task: OutboxTask, job: str = "job-1") -> PrintJobEvent:
    """The job that a printer makes of a task."""
    shown = jobs_pb2.PersonalisationData.FromString(task.payload)
    return PrintJobEvent(
        resume_token="",
        job=job,
        case=task.case,
        document_number=shown.document_number,
        payload_sha256=sha256(task.payload).digest(),
        issued_on=day_of(shown.issued_on),
    )


def a_book_of(task: OutboxTask, serial: str = "B0000001") -> PrintJobEvent:
    """The same, and its book is good."""
    return replace(a_job_of(task), outcome=JobOutcome.DONE, book_serial=serial)
