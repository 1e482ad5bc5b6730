"""The states of a print job, and the one table of what each event does to job, attempt and book."""

from enum import Enum, unique
from typing import NamedTuple

from printer.domain.attempt import AttemptOutcome
from printer.domain.book import BookTransition


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
    HELD = "HELD"
    FAILED = "FAILED"


# A job in one of these states occupies its machine.
AT_MACHINE = (JobState.ASSIGNED, JobState.SENT)
# A job in one of these states made no book and makes none any more.
ENDED_WITHOUT_BOOK = (JobState.CANCELLED, JobState.FAILED)
# What was to be printed is not needed any more.
ENDED = (JobState.DONE, *ENDED_WITHOUT_BOOK)


@unique
class JobEvent(Enum):
    """What can happen to a job."""

    CREATE = "it was created from a clearance"
    ASSIGN = "a machine and a blank book were recorded"
    SEND = "the machine has the job"
    PRINT = "the machine reports the job completed"
    AWAIT_QUALITY_CHECK = "the report was verified; an operator has to check the book"
    PASS_QUALITY_CHECK = "the operator found the book good"  # noqa: S105  no password
    FAIL_QUALITY_CHECK = "two persons found the printed book spoiled"
    LOSE_BOOK = "two persons found the printed book lost"
    REQUEUE = "it was certainly not printed"
    MARK_OUTCOME_UNKNOWN = "nobody knows whether it was printed"
    RESOLVE_AS_PRINTED = "a person found the book printed"
    RESOLVE_AS_NOT_PRINTED = "two persons found the book blank"
    RESOLVE_AS_SPOILED = "two persons found the book spoiled"
    RESOLVE_AS_LOST = "two persons found the book lost"
    CANCEL = "it was given up while it had no book"
    HOLD = "it was set aside until persons release or cancel it"
    RELEASE = "persons put it back into the queue"
    FAIL = "it can never be printed"
    SET_BOOK_ASIDE = "it was not printed, and its book has failed too often"
    FIND_PRINTED = "its machine reports a page completed that a person had found not printed"
    SETTLE = "an attempt of unknown outcome was settled"
    HAND_OVER = "its book was handed over to the collection desk"
    PROPOSE = "a person proposed what a second one has to confirm"
    MISREAD_ZONE = "the machine readable zone that a person typed differs from the data"
    SWAP_BOOKS = "a person found that the machine took another book than the one assigned"


# Events that are recorded and leave the state as it is; possible in every state.
REMARKS = (
    JobEvent.SETTLE,
    JobEvent.PROPOSE,
    JobEvent.MISREAD_ZONE,
    JobEvent.SWAP_BOOKS,
    JobEvent.HAND_OVER,
)


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
    (JobState.QUEUED, JobEvent.HOLD): JobTransition(JobState.HELD),
    (JobState.QUEUED, JobEvent.FAIL): JobTransition(JobState.FAILED),
    (JobState.HELD, JobEvent.RELEASE): JobTransition(JobState.QUEUED),
    (JobState.HELD, JobEvent.CANCEL): JobTransition(JobState.CANCELLED),
    (JobState.HELD, JobEvent.FAIL): JobTransition(JobState.FAILED),
    (JobState.QUEUED, JobEvent.FIND_PRINTED): JobTransition(JobState.UNKNOWN_OUTCOME),
    (JobState.HELD, JobEvent.FIND_PRINTED): JobTransition(JobState.UNKNOWN_OUTCOME),
    (JobState.QUEUED, JobEvent.MARK_OUTCOME_UNKNOWN): JobTransition(JobState.UNKNOWN_OUTCOME),
    (JobState.HELD, JobEvent.MARK_OUTCOME_UNKNOWN): JobTransition(JobState.UNKNOWN_OUTCOME),
    (JobState.ASSIGNED, JobEvent.SEND): JobTransition(JobState.SENT),
    (JobState.ASSIGNED, JobEvent.REQUEUE): _REQUEUED,
    (JobState.ASSIGNED, JobEvent.MARK_OUTCOME_UNKNOWN): _OUTCOME_UNKNOWN,
    (JobState.SENT, JobEvent.PRINT): JobTransition(JobState.PRINTED),
    (JobState.SENT, JobEvent.REQUEUE): _REQUEUED,
    (JobState.SENT, JobEvent.SET_BOOK_ASIDE): JobTransition(
        JobState.QUEUED, AttemptOutcome.NOT_PRINTED, BookTransition.QUARANTINE
    ),
    (JobState.SENT, JobEvent.MARK_OUTCOME_UNKNOWN): _OUTCOME_UNKNOWN,
    (JobState.PRINTED, JobEvent.AWAIT_QUALITY_CHECK): JobTransition(JobState.QUALITY_CHECK),
    (JobState.QUALITY_CHECK, JobEvent.PASS_QUALITY_CHECK): JobTransition(
        JobState.DONE, AttemptOutcome.GOOD, BookTransition.ISSUE
    ),
    (JobState.QUALITY_CHECK, JobEvent.FAIL_QUALITY_CHECK): JobTransition(
        JobState.QUEUED, AttemptOutcome.SPOILED, BookTransition.SPOIL
    ),
    (JobState.QUALITY_CHECK, JobEvent.LOSE_BOOK): JobTransition(
        JobState.QUEUED, AttemptOutcome.LOST, BookTransition.LOSE
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
    (JobState.UNKNOWN_OUTCOME, JobEvent.RESOLVE_AS_LOST): JobTransition(
        JobState.QUEUED, AttemptOutcome.LOST, BookTransition.RESOLVE_AS_LOST
    ),
}

# Events after which a machine has the job no more.
LEAVES_MACHINE = frozenset(
    event
    for (state, event), transition in TRANSITIONS.items()
    if state in AT_MACHINE and transition.state not in AT_MACHINE
)
