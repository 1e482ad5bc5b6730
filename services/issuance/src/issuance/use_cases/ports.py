"""What issuance needs of its neighbours, the matcher and the printers, and how they can fail."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Protocol

from issuance.domain.adjudication_referral import Candidate, IdentificationOutcome
from issuance.domain.outbox import OutboxTask


class Unavailable(Exception):
    """The other service cannot answer now; `retry_after` is the delay it asked for, if any."""

    def __init__(self, problem: str, retry_after: timedelta | None = None) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class UnusableFingers(Exception):
    """The matcher cannot use these finger samples, now or later."""


class ClearanceExpired(Exception):
    """The clearance is too old; nothing was printed with it."""


class ResumeTokenRefused(Exception):
    """The printer cannot resume its events at this token."""


@dataclass(frozen=True, slots=True)
class MatcherDecision:
    """The matcher's decision about one encounter.

    candidates: best first. calibration: version that gives their scores a meaning.
    """

    id: str
    outcome: IdentificationOutcome
    candidates: tuple[Candidate, ...]
    calibration: str


class Matcher(Protocol):
    """The national matcher. Each call may be repeated with the request id of its task."""

    async def enrol(self, task: OutboxTask, person_id: str, fingers: bytes) -> MatcherDecision:
        """Store the fingers as a pending encounter and return whom they match.

        fingers: a serialized SampleSet. Raises Unavailable, UnusableFingers.
        """
        ...

    async def set_encounter_status(self, task: OutboxTask) -> None:
        """Set the status in the payload of the task on the encounter. Raises Unavailable."""
        ...


class JobOutcome(Enum):
    """What became of a print job, as far as a case is concerned."""

    IN_PROGRESS = auto()
    DONE = auto()
    GIVEN_UP = auto()


@dataclass(frozen=True, slots=True)
class PrintJobEvent:
    """A change of a print job.

    resume_token: where to resume after this event. job: empty if the event only carries a token.
    """

    resume_token: str
    job: str = ""
    case: str = ""
    outcome: JobOutcome = JobOutcome.IN_PROGRESS
    book_serial: str = ""


class Printer(Protocol):
    """The printers of all offices, as they take jobs."""

    async def create_print_job(self, task: OutboxTask) -> str:
        """Submit the payload and clearance of the task; return the job id.

        May be repeated with the request id of the task. Raises Unavailable, ClearanceExpired.
        """
        ...


class PrintJobEvents(Protocol):
    """The printers of all offices, as they report on their jobs."""

    def watch_print_jobs(self, office: str, resume_token: str) -> AsyncIterator[PrintJobEvent]:
        """Yield the events of an office after a token. Raises Unavailable, ResumeTokenRefused."""
        ...
