"""Encode print jobs, and places in their stream, as messages of the contract."""

from datetime import datetime

from passport.printer.v1 import jobs_pb2, two_persons_pb2
from servicekit.grpc import page_tokens
from servicekit.grpc.enum_codes import enum_codes

from printer.domain.attempt import Attempt, AttemptOutcome
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.two_persons import DecisionReason
from printer.service.encode_values import DECISION_REASONS, calendar_date, proposal, timestamp
from printer.use_cases.watch_print_jobs import WatchPosition

JOB_STATES = enum_codes(JobState, jobs_pb2.PrintJobState)
_OUTCOMES = enum_codes(AttemptOutcome, jobs_pb2.AttemptOutcome)


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
        proposal=proposal(pending),
        state_reason=job.state_reason,
        payload_sha256=job.payload_sha256 or b"",
        issued_on=calendar_date(job.issued_on) if job.issued_on else None,
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


def watch_position(position: WatchPosition) -> str:
    """Return the token that resumes a stream; as ever where no restore was noticed."""
    if not position.restore_noticed:
        return page_tokens.encode(position.change)
    return page_tokens.encode(f"{position.restore_noticed}/{position.change}")
