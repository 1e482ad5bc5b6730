"""Answers as the contract writes them."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from passport.printer.v1 import admin_pb2, jobs_pb2, machines_pb2, stock_pb2

from printer.domain.book import Book, BookState
from printer.domain.job import Attempt, Job, JobState, Outcome
from printer.use_cases.machines import MachineState, MachineView
from printer.use_cases.status import Status
from printer.use_cases.stock import Balance

JOB_STATES = {state: jobs_pb2.PrintJobState.Value(f"PRINT_JOB_STATE_{state.name}")
              for state in JobState}  # fmt: skip
BOOK_STATES = {state: stock_pb2.BookState.Value(f"BOOK_STATE_{state.name}")
               for state in BookState}  # fmt: skip
_OUTCOMES = {outcome: jobs_pb2.AttemptOutcome.Value(f"ATTEMPT_OUTCOME_{outcome.name}")
             for outcome in Outcome}  # fmt: skip
_MACHINE_STATES = {state: machines_pb2.MachineState.Value(f"MACHINE_STATE_{state.name}")
                   for state in MachineState}  # fmt: skip


def job(job: Job) -> jobs_pb2.PrintJob:
    """A job with its attempts."""
    return jobs_pb2.PrintJob(
        job_id=job.job_id,
        application_id=job.application_id,
        document_number=job.document_number,
        state=JOB_STATES[job.state],
        revision=job.revision,
        attempts=[_attempt(attempt, job.page_sha256) for attempt in job.attempts],
        book_serial=job.book_serial,
        created_at=_moment(job.created_at),
        waits_for=job.waits_for,
        priority_class=job.priority_class,  # type: ignore[arg-type]  # the numbers of the domain are the contract's
    )


def _attempt(attempt: Attempt, page_sha256: bytes) -> jobs_pb2.Attempt:
    outcome = attempt.outcome
    return jobs_pb2.Attempt(
        attempt_id=attempt.attempt_id,
        machine_id=attempt.machine_id,
        book_serial=attempt.book_serial,
        page_sha256=page_sha256,
        outcome=_OUTCOMES[outcome] if outcome else jobs_pb2.ATTEMPT_OUTCOME_UNSPECIFIED,
        assigned_at=_moment(attempt.assigned_at),
        reason=attempt.reason,
    )


def book(book: Book) -> stock_pb2.Book:
    """A book."""
    return stock_pb2.Book(
        serial=book.serial,
        state=BOOK_STATES[book.state],
        machine_id=book.machine_id,
        attempt_id=book.attempt_id,
        document_number=book.document_number,
    )


def balance(balance: Balance) -> stock_pb2.BookBalance:
    """Books by state."""
    counts = {state.name.lower(): number for state, number in balance.books.items()}
    return stock_pb2.BookBalance(received=balance.received, **counts)


def machine(view: MachineView) -> machines_pb2.Machine:
    """A machine."""
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
        message.last_contact_at.CopyFrom(_moment(view.last_contact_at))
    return message


def status(office: str, status: Status) -> admin_pb2.PrinterStatus:
    """How printing is."""
    return admin_pb2.PrinterStatus(
        office=office,
        jobs={state.name: number for state, number in status.jobs.items()},
        machines=[machine(view) for view in status.machines],
        books=balance(status.books),
        blocking_reasons=status.blocking_reasons,
    )


def _moment(moment: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return timestamp
