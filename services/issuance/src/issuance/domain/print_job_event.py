"""What a printer tells of a print job, and what follows from it for the application."""

from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum, auto

from issuance.domain.case import Case
from issuance.domain.print_failure import PrintFailure
from issuance.domain.states import FINAL_STATES, ApplicationState


class JobOutcome(StrEnum):
    """What became of a print job, as far as a case is concerned."""

    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    """The printer knows the job no more: its database was restored."""


@dataclass(frozen=True, slots=True)
class PrintJobEvent:
    """A change of a print job.

    resume_token: where to resume after this event. job: empty if the event only carries a token.
    failure: why the job ended without a book, if its outcome is FAILED. document_number: of the
    passport that the job makes. payload_sha256: digest of what its page was made from, 32 bytes;
    issued_on: the day of issue on it. Empty, and None, if a printer of an earlier version made it.
    """

    resume_token: str
    job: str = ""
    case: str = ""
    outcome: JobOutcome = JobOutcome.IN_PROGRESS
    book_serial: str = ""
    failure: PrintFailure | None = None
    document_number: str = ""
    payload_sha256: bytes = b""
    issued_on: date | None = None


class PrintEventDecision(Enum):
    """What to do about an event of a print job."""

    NOTHING = auto()
    FINISH = auto()
    FAIL = auto()
    AWAIT_CONFIRMATION = auto()
    """Nobody knows yet whose job it is: the printer has not answered our request for one."""
    CANCEL_JOB = auto()
    """The job is superfluous: the application has its passport, or gets none any more."""
    ASK_PEOPLE = auto()
    """The job does not fit its application; nothing is printed because of it."""


_WITH_BOOK = (ApplicationState.READY, ApplicationState.HANDED_OVER)


def decide_print_event(
    case: Case | None, event: PrintJobEvent, *, asked: bool, shows_case: bool
) -> PrintEventDecision:
    """Decide about an event of a job.

    case: None if there is no such application. asked: a job was asked for, and whether the printer
    has made it is not known yet. shows_case: the page of the job is good for the case as it is now.
    """
    if case is None:
        is_over = event.outcome is JobOutcome.FAILED
        return PrintEventDecision.NOTHING if is_over else PrintEventDecision.ASK_PEOPLE
    has_failed = case.state is ApplicationState.PRINT_FAILED
    is_ours = case.is_at_the_printer and case.print_job == event.job
    match event.outcome:
        case JobOutcome.DONE if is_ours or (has_failed and shows_case):
            # A printer that refused a job may have taken an earlier one.
            return PrintEventDecision.FINISH
        case JobOutcome.FAILED if is_ours:
            return PrintEventDecision.FAIL
        case JobOutcome.IN_PROGRESS if case.state is ApplicationState.REFUSED:
            return PrintEventDecision.CANCEL_JOB
        case JobOutcome.DONE | JobOutcome.FAILED if asked:
            return PrintEventDecision.AWAIT_CONFIRMATION
        case JobOutcome.FAILED:
            return PrintEventDecision.NOTHING
        case JobOutcome.DONE if case.state in _WITH_BOOK:
            is_known = case.book_serial == event.book_serial
            return PrintEventDecision.NOTHING if is_known else PrintEventDecision.ASK_PEOPLE
        case JobOutcome.IN_PROGRESS if is_ours or asked:
            return PrintEventDecision.NOTHING
        case JobOutcome.IN_PROGRESS if case.state in FINAL_STATES.union(_WITH_BOOK):
            return PrintEventDecision.CANCEL_JOB
    return PrintEventDecision.ASK_PEOPLE
