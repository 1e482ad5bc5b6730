"""Encode what the use cases return as messages of the contract."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from passport.printer.v1 import admin_pb2, jobs_pb2, machines_pb2, stock_pb2

from printer.domain.book import Book, BookState
from printer.domain.job import Attempt, AttemptOutcome, Job, JobState
from printer.domain.machine import MachineState
from printer.use_cases.machines import MachineView
from printer.use_cases.printing_status import PrintingStatus
from printer.use_cases.stock import BookBalance

JOB_STATES = {state: jobs_pb2.PrintJobState.Value(f"PRINT_JOB_STATE_{state.name}")
              for state in JobState}  # fmt: skip
BOOK_STATES = {state: stock_pb2.BookState.Value(f"BOOK_STATE_{state.name}")
               for state in BookState}  # fmt: skip
_OUTCOMES = {outcome: jobs_pb2.AttemptOutcome.Value(f"ATTEMPT_OUTCOME_{outcome.name}")
             for outcome in AttemptOutcome}  # fmt: skip
_MACHINE_STATES = {state: machines_pb2.MachineState.Value(f"MACHINE_STATE_{state.name}")
                   for state in MachineState}  # fmt: skip


def job(job: Job) -> jobs_pb2.PrintJob:
    """Encode a job with its attempts."""
    return jobs_pb2.PrintJob(
        job_id=job.job_id,
        application_id=job.application_id,
        document_number=job.document_number,
        state=JOB_STATES[job.state],
        revision=job.revision,
        attempts=[_attempt(attempt, job.page_sha256) for attempt in job.attempts],
        book_serial=job.book_serial,
        created_at=_timestamp(job.created_at),
        waiting_for=job.waiting_for,
        # The domain's numbers are the contract's.
        priority_class=job.priority_class,  # type: ignore[arg-type]
    )


def _attempt(attempt: Attempt, page_sha256: bytes) -> jobs_pb2.Attempt:
    outcome = attempt.outcome
    return jobs_pb2.Attempt(
        attempt_id=attempt.attempt_id,
        machine_id=attempt.machine_id,
        book_serial=attempt.book_serial,
        page_sha256=page_sha256,
        outcome=_OUTCOMES[outcome] if outcome else jobs_pb2.ATTEMPT_OUTCOME_UNSPECIFIED,
        assigned_at=_timestamp(attempt.assigned_at),
        reason=attempt.reason,
    )


def book(book: Book) -> stock_pb2.Book:
    """Encode a book."""
    return stock_pb2.Book(
        serial=book.serial,
        state=BOOK_STATES[book.state],
        machine_id=book.machine_id,
        attempt_id=book.attempt_id,
        document_number=book.document_number,
    )


def book_balance(balance: BookBalance) -> stock_pb2.BookBalance:
    """Encode the number of books in each state."""
    counts = {state.name.lower(): number for state, number in balance.by_state.items()}
    return stock_pb2.BookBalance(received=balance.received, **counts)


def machine(view: MachineView) -> machines_pb2.Machine:
    """Encode a machine."""
    message = machines_pb2.Machine(
        machine_id=view.machine.machine_id,
        uri=view.machine.uri,
        state=_MACHINE_STATES[view.state],
        reasons=view.reasons,
        books_printed=view.books_printed,
        books_loaded=view.books_loaded,
        printer_uuid=view.machine.printer_uuid,
    )
    if view.last_contact_at is not None:
        message.last_contact_at.CopyFrom(_timestamp(view.last_contact_at))
    return message


def printing_status(office: str, status: PrintingStatus) -> admin_pb2.PrintingStatus:
    """Encode the state of printing in an office."""
    return admin_pb2.PrintingStatus(
        office=office,
        jobs={state.name: number for state, number in status.jobs.items()},
        machines=[machine(view) for view in status.machines],
        books=book_balance(status.books),
        blocking_reasons=status.blocking_reasons,
    )


def _timestamp(moment: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return timestamp
