"""A print job: its states, and the one table of what may happen to it and to its book."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from printer.domain.book import BookMove
from printer.domain.errors import IllegalTransition


class JobState(Enum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    ASSIGNED = "ASSIGNED"
    SENT = "SENT"
    PRINTED = "PRINTED"
    QUALITY_CHECK = "QUALITY_CHECK"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    UNKNOWN_OUTCOME = "UNKNOWN_OUTCOME"


class Event(Enum):
    """What happens to a job."""

    ASSIGN = "machine and book were recorded"
    SEND = "the machine has it"
    PRINT = "the machine says that it is done"
    PRESENT = "the machine's word was checked; an operator looks"
    ISSUE = "the operator found the book good"
    SPOIL = "the operator found the book spoiled"
    RELEASE = "certainly not printed"
    LOSE = "nobody knows whether it was printed"
    FIND_PRINTED = "a person found the book printed"
    FIND_BLANK = "a person found the book blank"
    FIND_SPOILED = "a person found the book spoiled"
    CANCEL = "given up before a book was assigned"


class Outcome(Enum):
    """How an attempt ended."""

    GOOD = "GOOD"
    SPOILED = "SPOILED"
    NOT_PRINTED = "NOT_PRINTED"


class Rule(NamedTuple):
    """What an event does: to the job, to its attempt, to the attempt's book."""

    state: JobState
    outcome: Outcome | None = None
    book: BookMove | None = None


_RELEASED = Rule(JobState.QUEUED, Outcome.NOT_PRINTED, BookMove.LEAVE)
_LOST = Rule(JobState.UNKNOWN_OUTCOME, None, BookMove.SET_ASIDE)

RULES: dict[tuple[JobState, Event], Rule] = {
    (JobState.QUEUED, Event.ASSIGN): Rule(JobState.ASSIGNED, None, BookMove.ASSIGN),
    (JobState.QUEUED, Event.CANCEL): Rule(JobState.CANCELLED),
    (JobState.ASSIGNED, Event.SEND): Rule(JobState.SENT),
    (JobState.ASSIGNED, Event.RELEASE): _RELEASED,
    (JobState.ASSIGNED, Event.LOSE): _LOST,
    (JobState.SENT, Event.PRINT): Rule(JobState.PRINTED),
    (JobState.SENT, Event.RELEASE): _RELEASED,
    (JobState.SENT, Event.LOSE): _LOST,
    (JobState.PRINTED, Event.PRESENT): Rule(JobState.QUALITY_CHECK),
    (JobState.QUALITY_CHECK, Event.ISSUE): Rule(JobState.DONE, Outcome.GOOD, BookMove.ISSUE),
    (JobState.QUALITY_CHECK, Event.SPOIL): Rule(JobState.QUEUED, Outcome.SPOILED, BookMove.SPOIL),
    (JobState.UNKNOWN_OUTCOME, Event.FIND_PRINTED): Rule(
        JobState.QUALITY_CHECK, None, BookMove.FIND_PRINTED
    ),
    (JobState.UNKNOWN_OUTCOME, Event.FIND_BLANK): Rule(
        JobState.QUEUED, Outcome.NOT_PRINTED, BookMove.FIND_BLANK
    ),
    (JobState.UNKNOWN_OUTCOME, Event.FIND_SPOILED): Rule(
        JobState.QUEUED, Outcome.SPOILED, BookMove.FIND_SPOILED
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to make the book.

    assigned_at: business time. printer_uuid, up_time (seconds), asked_at (real time): what the
    machine told just before, and when it was asked. delivered: it confirmed the whole document.
    """

    attempt_id: str
    machine_id: str
    book_serial: str
    assigned_at: datetime
    printer_uuid: str
    up_time: int
    asked_at: datetime
    delivered: bool = False
    outcome: Outcome | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job with its attempts, oldest first; only the last one can be open.

    priority_class: 1 to 3, the lowest first. change: number of its last change in the office.
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
    def attempt(self) -> Attempt:
        """The present or last attempt; there is one unless the job never left the queue."""
        return self.attempts[-1]

    @property
    def book_serial(self) -> str:
        """Serial of the good book; empty before DONE."""
        return self.attempt.book_serial if self.state is JobState.DONE else ""

    @property
    def waits_for(self) -> str:
        """What has to happen next, in words; empty when the job is over."""
        return _waits_for(self)

    def rule(self, event: Event) -> Rule:
        """What the event would do; raises IllegalTransition if it may not happen now."""
        rule = RULES.get((self.state, event))
        if rule is None:
            raise IllegalTransition(
                f"the job is {self.state.value}: not {event.name}", state=self.state.value
            )
        return rule

    def demand(self, state: JobState) -> None:
        """Raise IllegalTransition unless the job is in this state."""
        if self.state is not state:
            raise IllegalTransition(
                f"the job is {self.state.value}, not {state.value}", state=self.state.value
            )

    def after(self, event: Event, reason: str = "") -> "Job":
        """The job after the event; raises IllegalTransition."""
        rule = self.rule(event)
        attempts = self.attempts
        if rule.outcome is not None:
            ended = replace(self.attempt, outcome=rule.outcome, reason=reason)
            attempts = (*attempts[:-1], ended)
        elif event is Event.LOSE:
            attempts = (*attempts[:-1], replace(self.attempt, reason=reason))
        return replace(self, state=rule.state, revision=self.revision + 1, attempts=attempts)


def _waits_for(job: Job) -> str:
    match job.state:
        case JobState.QUEUED:
            return "a free machine with blank books"
        case JobState.ASSIGNED | JobState.SENT:
            return f"machine {job.attempt.machine_id}"
        case JobState.PRINTED | JobState.QUALITY_CHECK:
            return f"an operator's look at book {job.attempt.book_serial}"
        case JobState.UNKNOWN_OUTCOME:
            return (
                f"a person to find book {job.attempt.book_serial} at machine "
                f"{job.attempt.machine_id} and say what became of it"
            )
        case JobState.DONE | JobState.CANCELLED:
            return ""
