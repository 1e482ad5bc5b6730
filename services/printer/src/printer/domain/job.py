"""A print job with its attempts, and what it waits for."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from printer.domain.attempt import Attempt, AttemptOutcome
from printer.domain.attribution import Attribution
from printer.domain.errors import AttemptUnsettled, IllegalTransition, WrongBook
from printer.domain.job_transitions import (
    AT_MACHINE,
    ENDED_WITHOUT_BOOK,
    TRANSITIONS,
    JobEvent,
    JobState,
    JobTransition,
)
from printer.domain.retry_policy import RetryPolicy
from printer.domain.settlement import Settlement
from printer.domain.two_persons import Proposal

# Outcomes that cost a book and give no passport.
_BOOK_GONE = (AttemptOutcome.SPOILED, AttemptOutcome.LOST)
# These could end in two books while a machine may still print an earlier attempt.
_FOR_SETTLED_JOBS = (JobEvent.ASSIGN, JobEvent.CANCEL, JobEvent.FAIL)


@dataclass(frozen=True, slots=True)
class RecordedJobEvent:
    """An event of a job's history. revision: of the job after it. reason: for people."""

    revision: int
    event: JobEvent
    by: Attribution
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A print job with its attempts, oldest first; only the latest one can be open.

    page_sha256: 32 bytes. payload_sha256: digest of what the page was made from, 32 bytes, and
    issued_on: its day of issue; None for jobs of an earlier version. chip_sha256: digest of the
    chip's files, 32 bytes; None for a book without a chip. priority_class: 1 to 3, 1 is printed
    first. created_at: business time. state_reason: why it is HELD, CANCELLED or FAILED, for people;
    empty in every other state. revision: grows by one with each event. change: number of its latest
    change in the office's sequence of changes. failures_in_a_row: attempts that machines refused or
    aborted since it was created or released. not_before: real time before which it is not assigned
    again. proposal: what a second person has to confirm, if anything.
    """

    job_id: str
    application_id: str
    document_number: str
    page_sha256: bytes
    priority_class: int
    created_at: datetime
    chip_sha256: bytes | None = None
    payload_sha256: bytes | None = None
    issued_on: date | None = None
    state: JobState = JobState.QUEUED
    state_reason: str = ""
    revision: int = 1
    change: int = 0
    attempts: tuple[Attempt, ...] = ()
    failures_in_a_row: int = 0
    not_before: datetime | None = None
    proposal: Proposal | None = None

    @property
    def latest_attempt(self) -> Attempt:
        """The open or last attempt; IndexError for a job that was never assigned."""
        return self.attempts[-1]

    @property
    def unsettled_attempt(self) -> Attempt | None:
        """The first attempt that its machine may still print; None if there is none."""
        return next((attempt for attempt in self.attempts if attempt.is_unsettled), None)

    def _may_happen(self, event: JobEvent) -> bool:
        """Whether what is known of the latest attempt allows an event that the state allows."""
        settlement = self.latest_attempt.settlement if self.attempts else None
        if event is JobEvent.FIND_PRINTED:
            return settlement is Settlement.PRINTED
        if event is JobEvent.MARK_OUTCOME_UNKNOWN and self.state not in AT_MACHINE:
            return settlement is Settlement.GONE
        return True

    @property
    def book_serial(self) -> str:
        """Serial of the good book; empty unless the job is DONE."""
        return self.latest_attempt.book_serial if self.state is JobState.DONE else ""

    @property
    def books_used(self) -> int:
        """Number of books spoiled or lost."""
        return sum(attempt.outcome in _BOOK_GONE for attempt in self.attempts)

    def pending_proposal(self, now: datetime) -> Proposal | None:
        """Return the proposal if a second person can still confirm it. now: business time."""
        return None if self.proposal is None or self.proposal.is_void(now) else self.proposal

    def waiting_for(self, now: datetime) -> str:
        """Return what has to happen next, in words; empty when the job is over."""
        proposal = self.pending_proposal(now)
        return proposal.waiting_for if proposal else _waiting_for(self)

    def transition(self, event: JobEvent) -> JobTransition:
        """Return what the event would do.

        The book of an unsettled attempt stays quarantined whatever a person found: its machine may
        pull it yet. Raises IllegalTransition if the event cannot happen now, AttemptUnsettled if
        it cannot before each attempt is settled.
        """
        transition = TRANSITIONS.get((self.state, event))
        if transition is None or not self._may_happen(event):
            raise IllegalTransition(
                f"the job is {self.state.value}: {event.name} is not possible",
                state=self.state.value,
            )
        if event in _FOR_SETTLED_JOBS and (unsettled := self.unsettled_attempt):
            raise AttemptUnsettled(
                f"machine {unsettled.machine_id} may still print attempt {unsettled.attempt_id}"
            )
        if event is JobEvent.RESOLVE_AS_NOT_PRINTED and self.latest_attempt.is_unsettled:
            return transition._replace(book=None)
        return transition

    def require(self, state: JobState, book_serial: str | None = None) -> None:
        """Raise IllegalTransition or WrongBook unless the job is in this state with this book.

        book_serial: None for whatever book it has.
        """
        if self.state is not state:
            raise IllegalTransition(
                f"the job is {self.state.value}, not {state.value}", state=self.state.value
            )
        if book_serial not in (None, self.latest_attempt.book_serial):
            raise WrongBook("this book was not assigned to this job", field="book_serial")

    def after(self, event: JobEvent, reason: str = "") -> "Job":
        """Return the job after the event; raise IllegalTransition if it cannot happen now.

        reason: kept with the attempt when the event ends it or makes its outcome unknown, with the
        job when the event sets it aside or ends it without a book.
        """
        transition = self.transition(event)
        keeps_reason = transition.state in (JobState.HELD, *ENDED_WITHOUT_BOOK)
        job = replace(
            self,
            state=transition.state,
            state_reason=reason if keeps_reason else "",
            revision=self.revision + 1,
        )
        if event is JobEvent.RELEASE:
            return replace(job, failures_in_a_row=0, not_before=None)
        if transition.outcome is not None:
            ended = replace(job.latest_attempt, outcome=transition.outcome, reason=reason)
            return job.with_latest_attempt(ended)
        if event in (JobEvent.MARK_OUTCOME_UNKNOWN, JobEvent.FIND_PRINTED):
            return job.with_latest_attempt(replace(job.latest_attempt, outcome=None, reason=reason))
        return job

    def after_failure(self, retry: RetryPolicy, now: datetime) -> "Job":
        """Return the job with one more failed attempt counted; now: real time."""
        failures = self.failures_in_a_row + 1
        not_before = now + retry.backoff(failures)
        return replace(self, failures_in_a_row=failures, not_before=not_before)

    def after_remark(self) -> "Job":
        """Return the job after one of REMARKS."""
        return replace(self, revision=self.revision + 1)

    def with_settlement(self, attempt_id: str, settlement: Settlement) -> "Job":
        """Return the job with the settlement of one of its attempts replaced."""
        attempts = tuple(
            replace(each, settlement=settlement) if each.attempt_id == attempt_id else each
            for each in self.attempts
        )
        return replace(self, attempts=attempts)

    def with_latest_attempt(self, attempt: Attempt) -> "Job":
        """Return the job with its latest attempt replaced."""
        return replace(self, attempts=(*self.attempts[:-1], attempt))


def _waiting_for(job: Job) -> str:
    unsettled = job.unsettled_attempt
    if unsettled is not None and job.state in (JobState.QUEUED, JobState.HELD):
        return (
            f"machine {unsettled.machine_id} to answer for attempt {unsettled.attempt_id}, or two "
            "persons to confirm that it is off or the job cancelled there"
        )
    match job.state:
        case JobState.QUEUED if job.failures_in_a_row:
            return f"a free machine with blank books; attempts failed: {job.failures_in_a_row}"
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
        case JobState.HELD:
            return f"two persons to release it, or one to cancel it: {job.state_reason}"
        case JobState.DONE | JobState.CANCELLED | JobState.FAILED:
            return ""
