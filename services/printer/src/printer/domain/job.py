"""A print job: its states, and the one table of what each event does to job, attempt and book."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from printer.domain.book import BookTransition
from printer.domain.errors import IllegalTransition, WrongBook


class JobState(Enum):
    """State of a job."""

    QUEUED = "QUEUED"
    ASSIGNED = "ASSIGNED"
    SENT = "SENT"
    PRINTED = "PRINTED"
    QUALITY_CHECK = "QUALITY_CHECK"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    UNKNOWN_OUTCOME = "UNKNOWN_OUTCOME"


# A job in one of these states occupies its machine.
AT_MACHINE = (JobState.ASSIGNED, JobState.SENT)


class JobEvent(Enum):
    """What can happen to a job."""

    ASSIGN = "a machine and a blank book were recorded"
    SEND = "the machine has the job"
    PRINT = "the machine reports the job completed"
    AWAIT_QUALITY_CHECK = "the report was verified; an operator has to check the book"
    PASS_QUALITY_CHECK = "the operator found the book good"  # noqa: S105  no password
    FAIL_QUALITY_CHECK = "the operator found the book spoiled"
    REQUEUE = "it was certainly not printed"
    MARK_OUTCOME_UNKNOWN = "nobody knows whether it was printed"
    RESOLVE_AS_PRINTED = "a person found the book printed"
    RESOLVE_AS_NOT_PRINTED = "a person found the book blank"
    RESOLVE_AS_SPOILED = "a person found the book spoiled"
    CANCEL = "it was given up before a book was assigned"


class AttemptOutcome(Enum):
    """How an attempt ended."""

    GOOD = "GOOD"
    SPOILED = "SPOILED"
    NOT_PRINTED = "NOT_PRINTED"


class JobTransition(NamedTuple):
    """What an event does: new state of the job, outcome of its attempt, transition of its book."""

    state: JobState
    outcome: AttemptOutcome | None = None
    book: BookTransition | None = None


_REQUEUED = JobTransition(JobState.QUEUED, AttemptOutcome.NOT_PRINTED, BookTransition.UNASSIGN)
_OUTCOME_UNKNOWN = JobTransition(JobState.UNKNOWN_OUTCOME, None, BookTransition.QUARANTINE)

TRANSITIONS: dict[tuple[JobState, JobEvent], JobTransition] = {
    (JobState.QUEUED, JobEvent.ASSIGN): JobTransition(
        JobState.ASSIGNED, None, BookTransition.ASSIGN
    ),
    (JobState.QUEUED, JobEvent.CANCEL): JobTransition(JobState.CANCELLED),
    (JobState.ASSIGNED, JobEvent.SEND): JobTransition(JobState.SENT),
    (JobState.ASSIGNED, JobEvent.REQUEUE): _REQUEUED,
    (JobState.ASSIGNED, JobEvent.MARK_OUTCOME_UNKNOWN): _OUTCOME_UNKNOWN,
    (JobState.SENT, JobEvent.PRINT): JobTransition(JobState.PRINTED),
    (JobState.SENT, JobEvent.REQUEUE): _REQUEUED,
    (JobState.SENT, JobEvent.MARK_OUTCOME_UNKNOWN): _OUTCOME_UNKNOWN,
    (JobState.PRINTED, JobEvent.AWAIT_QUALITY_CHECK): JobTransition(JobState.QUALITY_CHECK),
    (JobState.QUALITY_CHECK, JobEvent.PASS_QUALITY_CHECK): JobTransition(
        JobState.DONE, AttemptOutcome.GOOD, BookTransition.ISSUE
    ),
    (JobState.QUALITY_CHECK, JobEvent.FAIL_QUALITY_CHECK): JobTransition(
        JobState.QUEUED, AttemptOutcome.SPOILED, BookTransition.SPOIL
    ),
    (JobState.UNKNOWN_OUTCOME, JobEvent.RESOLVE_AS_PRINTED): JobTransition(
        JobState.QUALITY_CHECK, None, BookTransition.RESOLVE_AS_PRINTED
    ),
    (JobState.UNKNOWN_OUTCOME, JobEvent.RESOLVE_AS_NOT_PRINTED): JobTransition(
        JobState.QUEUED, AttemptOutcome.NOT_PRINTED, BookTransition.RESOLVE_AS_NOT_PRINTED
    ),
    (JobState.UNKNOWN_OUTCOME, JobEvent.RESOLVE_AS_SPOILED): JobTransition(
        JobState.QUEUED, AttemptOutcome.SPOILED, BookTransition.RESOLVE_AS_SPOILED
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to make the book.

    assigned_at: business time. printer_uuid, up_time (seconds), asked_at (real time): from the
    machine's status just before it was assigned. delivered: the machine confirmed that it has the
    whole page. reason: why the attempt ended as it did, for people.
    """

    attempt_id: str
    machine_id: str
    book_serial: str
    assigned_at: datetime
    printer_uuid: str
    up_time: int
    asked_at: datetime
    delivered: bool = False
    outcome: AttemptOutcome | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A print job with its attempts, oldest first; only the latest one can be open.

    page_sha256: 32 bytes. priority_class: 1 to 3, 1 is printed first. created_at: business time.
    revision: grows by one with each event. change: number of its latest change in the office's
    sequence of changes.
    """

    job_id: str
    application_id: str
    document_number: str
    page_sha256: bytes
    priority_class: int
    created_at: datetime
    state: JobState = JobState.QUEUED
    revision: int = 1
    change: int = 0
    attempts: tuple[Attempt, ...] = ()

    @property
    def latest_attempt(self) -> Attempt:
        """The open or last attempt; IndexError for a job that was never assigned."""
        return self.attempts[-1]

    @property
    def book_serial(self) -> str:
        """Serial of the good book; empty unless the job is DONE."""
        return self.latest_attempt.book_serial if self.state is JobState.DONE else ""

    @property
    def waiting_for(self) -> str:
        """What has to happen next, in words; empty when the job is over."""
        return _waiting_for(self)

    def transition(self, event: JobEvent) -> JobTransition:
        """Return what the event would do; raise IllegalTransition if it cannot happen now."""
        transition = TRANSITIONS.get((self.state, event))
        if transition is None:
            raise IllegalTransition(
                f"the job is {self.state.value}: {event.name} is not possible",
                state=self.state.value,
            )
        return transition

    def require(self, state: JobState, book_serial: str) -> None:
        """Raise IllegalTransition or WrongBook unless the job is in this state with this book."""
        if self.state is not state:
            raise IllegalTransition(
                f"the job is {self.state.value}, not {state.value}", state=self.state.value
            )
        if book_serial != self.latest_attempt.book_serial:
            raise WrongBook("this book was not assigned to this job", field="book_serial")

    def after(self, event: JobEvent, reason: str = "") -> "Job":
        """Return the job after the event; raise IllegalTransition if it cannot happen now.

        reason: kept with the attempt when the event ends it or makes its outcome unknown.
        """
        transition = self.transition(event)
        attempts = self.attempts
        if transition.outcome is not None:
            ended = replace(self.latest_attempt, outcome=transition.outcome, reason=reason)
            attempts = (*attempts[:-1], ended)
        elif event is JobEvent.MARK_OUTCOME_UNKNOWN:
            attempts = (*attempts[:-1], replace(self.latest_attempt, reason=reason))
        return replace(self, state=transition.state, revision=self.revision + 1, attempts=attempts)


def _waiting_for(job: Job) -> str:
    match job.state:
        case JobState.QUEUED:
            return "a free machine with blank books"
        case JobState.ASSIGNED | JobState.SENT:
            return f"machine {job.latest_attempt.machine_id}"
        case JobState.PRINTED | JobState.QUALITY_CHECK:
            return f"an operator to check book {job.latest_attempt.book_serial}"
        case JobState.UNKNOWN_OUTCOME:
            return (
                f"a person to find book {job.latest_attempt.book_serial} at machine "
                f"{job.latest_attempt.machine_id} and say what became of it"
            )
        case JobState.DONE | JobState.CANCELLED:
            return ""
