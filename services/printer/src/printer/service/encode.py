"""Encode what the use cases return as messages of the contract."""

from dataclasses import asdict
from datetime import date, datetime

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from passport.printer.v1 import admin_pb2, jobs_pb2, machines_pb2, stock_pb2, two_persons_pb2
from passport.type.v1 import civil_pb2
from servicekit.grpc import page_tokens
from servicekit.grpc.enum_codes import enum_codes

from printer.domain.attempt import Attempt, AttemptOutcome
from printer.domain.book import Book, BookState
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.machine import MachineState
from printer.domain.maintenance import MaintenanceWindow
from printer.domain.restore import Restore, RestoreFinding
from printer.domain.sample import Sample
from printer.domain.throughput import Period, Throughput
from printer.domain.two_persons import DecisionReason, Proposal, ProposedAction, job_of
from printer.use_cases.machines import MachineView
from printer.use_cases.printing_status import PrintingStatus
from printer.use_cases.stock import BookBalance
from printer.use_cases.watch_print_jobs import WatchPosition

JOB_STATES = enum_codes(JobState, jobs_pb2.PrintJobState)
BOOK_STATES = enum_codes(BookState, stock_pb2.BookState)
_OUTCOMES = enum_codes(AttemptOutcome, jobs_pb2.AttemptOutcome)
_MACHINE_STATES = enum_codes(MachineState, machines_pb2.MachineState)

DECISION_REASONS = enum_codes(DecisionReason, two_persons_pb2.DecisionReason)
_ACTIONS = enum_codes(ProposedAction, two_persons_pb2.ProposedAction)


def job(job: Job, now: datetime) -> jobs_pb2.PrintJob:
    """Encode a job with its attempts as it is at a business time."""
    pending = job.pending_proposal(now)
    return jobs_pb2.PrintJob(
        job_id=job.job_id,
        application_id=job.application_id,
        document_number=job.document_number,
        state=JOB_STATES[job.state],
        revision=job.revision,
        attempts=[_attempt(attempt, job.page_sha256) for attempt in job.attempts],
        book_serial=job.book_serial,
        created_at=timestamp(job.created_at),
        waiting_for=job.waiting_for(now),
        # The domain's numbers are the contract's.
        priority_class=job.priority_class,  # type: ignore[arg-type]
        proposal=proposal(pending) if pending else None,
        state_reason=job.state_reason,
        payload_sha256=job.payload_sha256 or b"",
        issued_on=calendar_date(job.issued_on) if job.issued_on else None,
    )


def proposal(proposal: Proposal) -> two_persons_pb2.Proposal:
    """Encode what a second person has to confirm."""
    return two_persons_pb2.Proposal(
        action=_ACTIONS[proposal.action],
        book_serial=proposal.book_serial,
        reason=DECISION_REASONS[proposal.reason],
        explanation=proposal.explanation,
        proposed_by=proposal.by.who,
        proposed_at=timestamp(proposal.by.at),
    )


def _attempt(attempt: Attempt, page_sha256: bytes) -> jobs_pb2.Attempt:
    outcome = attempt.outcome
    return jobs_pb2.Attempt(
        attempt_id=attempt.attempt_id,
        machine_id=attempt.machine_id,
        book_serial=attempt.book_serial,
        page_sha256=page_sha256,
        outcome=_OUTCOMES[outcome] if outcome else jobs_pb2.ATTEMPT_OUTCOME_UNSPECIFIED,
        assigned_at=timestamp(attempt.assigned_at),
        reason=attempt.reason,
        reason_code=_reason(attempt.reason_code),
    )


def _reason(reason: DecisionReason | None) -> "two_persons_pb2.DecisionReason.ValueType":
    return DECISION_REASONS[reason] if reason else two_persons_pb2.DECISION_REASON_UNSPECIFIED


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
        certificate_sha256=view.machine.certificate_sha256 or b"",
        maintenance=[maintenance_window(window) for window in view.maintenance],
    )
    if view.last_contact_at is not None:
        message.last_contact_at.CopyFrom(timestamp(view.last_contact_at))
    return message


def maintenance_window(window: MaintenanceWindow) -> machines_pb2.MaintenanceWindow:
    """Encode a maintenance window of a machine."""
    return machines_pb2.MaintenanceWindow(
        window_id=window.window_id,
        starts_at=timestamp(window.starts_at),
        ends_at=timestamp(window.ends_at),
        reason=window.reason,
        scheduled_by=window.by.who,
        scheduled_at=timestamp(window.by.at),
    )


def throughput(
    period: Period, machines: list[Throughput], total: Throughput
) -> machines_pb2.GetThroughputResponse:
    """Encode what machines did in a period."""
    return machines_pb2.GetThroughputResponse(
        starts_at=timestamp(period.starts_at),
        ends_at=timestamp(period.ends_at),
        machines=[_throughput(each) for each in machines],
        total=_throughput(total),
    )


def _throughput(measured: Throughput) -> machines_pb2.Throughput:
    in_use = Duration()
    in_use.FromTimedelta(measured.in_use)
    return machines_pb2.Throughput(
        machine_id=measured.machine_id,
        books_passed=measured.books_passed,
        books_spoiled=measured.books_spoiled,
        books_lost=measured.books_lost,
        in_use=in_use,
        seconds_per_book=measured.seconds_per_book,
        books_per_working_day=measured.books_per_working_day,
    )


def printing_status(office: str, status: PrintingStatus, now: datetime) -> admin_pb2.PrintingStatus:
    """Encode the state of printing in an office at a business time."""
    return admin_pb2.PrintingStatus(
        office=office,
        jobs={state.name: number for state, number in status.jobs.items()},
        machines=[machine(view) for view in status.machines],
        books=book_balance(status.books),
        blocking_reasons=status.blocking_reasons,
        pending_decisions=[_pending_decision(proposal, now) for proposal in status.pending],
    )


def requested_sample(requested: Sample | Proposal) -> machines_pb2.PrintSampleResponse:
    """Encode a sample print that was asked for, or that a second person has to confirm."""
    if isinstance(requested, Proposal):
        return machines_pb2.PrintSampleResponse(proposal=proposal(requested))
    return machines_pb2.PrintSampleResponse(
        sample_id=requested.sample_id, book_serial=requested.book_serial
    )


def _pending_decision(pending: Proposal, now: datetime) -> admin_pb2.PendingDecision:
    age = Duration()
    age.FromTimedelta(now - pending.by.at)
    return admin_pb2.PendingDecision(
        job_id=job_of(pending.subject),
        waiting_for=pending.waiting_for,
        proposal=proposal(pending),
        age=age,
    )


def restore_findings(
    restore: Restore | None, findings: list[RestoreFinding]
) -> admin_pb2.ListRestoreFindingsResponse:
    """Encode a restore of the database and what was found after it."""
    if restore is None:
        return admin_pb2.ListRestoreFindingsResponse()
    return admin_pb2.ListRestoreFindingsResponse(
        reason=restore.reason,
        noticed_at=timestamp(restore.noticed_at),
        findings=[admin_pb2.RestoreFinding(**asdict(finding)) for finding in findings],
    )


def calendar_date(day: date) -> civil_pb2.CalendarDate:
    """Return a day as a message of the contract."""
    return civil_pb2.CalendarDate(year=day.year, month=day.month, day=day.day)


def timestamp(moment: datetime) -> Timestamp:
    """Encode a moment that has a time zone."""
    encoded = Timestamp()
    encoded.FromDatetime(moment)
    return encoded


def watch_position(position: WatchPosition) -> str:
    """Return the token that resumes a stream; as ever where no restore was noticed."""
    if not position.restore_noticed:
        return page_tokens.encode(position.change)
    return page_tokens.encode(f"{position.restore_noticed}/{position.change}")
