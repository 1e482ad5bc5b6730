"""What issuance needs of its neighbours, the matcher and the printers, and how they can fail."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from issuance.domain.adjudication_referral import Candidate, IdentificationOutcome
from issuance.domain.finger_check import FingerComparison
from issuance.domain.finger_quality import FingerAssessment
from issuance.domain.fingers import FingerPosition
from issuance.domain.identification_request import IdentificationRequest
from issuance.domain.matcher_restore import EncounterFound, MatcherPast
from issuance.domain.notice_delivery import NoticeMessage
from issuance.domain.outbox import OutboxTask
from issuance.domain.print_failure import PrintFailure
from issuance.domain.print_job_event import PrintJobEvent
from issuance.domain.travel_ban import TravelBanRegister
from issuance.domain.verification import Verification


class Unavailable(Exception):
    """The other service cannot answer now; `retry_after` is the delay it asked for, if any."""

    def __init__(self, problem: str, retry_after: timedelta | None = None) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class Unreachable(Unavailable):
    """The other service gave no answer of its own: it cannot be reached, or took too long."""


class NotYet(Exception):
    """The other service does its part, and our own records do not allow this work yet.

    retry_after: when to attempt it again; None: as after a failure.
    """

    def __init__(self, problem: str, retry_after: timedelta | None = None) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class WorkRefused(Exception):
    """The other service refuses this work whenever it is asked; a person must change something."""


class UnusableFingers(Exception):
    """The matcher cannot use these finger samples, now or later.

    field: path of the one at fault within the SampleSet, or "".
    """

    def __init__(self, problem: str, field: str = "") -> None:
        super().__init__(problem)
        self.field = field


class ClearanceExpired(Exception):
    """The clearance is too old; nothing was printed with it."""


class PrintRefused(Exception):
    """The printer refuses this job whenever it is sent.

    job: the job that it has made for the clearance, the document or the application before, if it
    refuses for that reason; empty otherwise.
    """

    def __init__(self, failure: PrintFailure, job: str = "") -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.job = job


class NoticeRefused(Exception):
    """This notice cannot be delivered to this contact, now or later."""


class ResumeTokenRefused(Exception):
    """The printer cannot resume its events at this token."""


@dataclass(frozen=True, slots=True)
class MatcherDecision:
    """The matcher's decision about one encounter.

    candidates: best first. calibration: version that gives their scores a meaning. hits_total: how
    many persons reach the threshold, also of those that are not among the candidates.
    possibly_altered: fingers whose ridges may be.
    """

    id: str
    outcome: IdentificationOutcome
    candidates: tuple[Candidate, ...]
    calibration: str
    hits_total: int = 0
    possibly_altered: tuple[FingerPosition, ...] = ()


class Matcher(Protocol):
    """The national matcher. Each call may be repeated with the request id of its task."""

    async def enrol(
        self, task: OutboxTask, asked: IdentificationRequest, fingers: bytes
    ) -> MatcherDecision:
        """Store the fingers as a pending encounter and return whom they match.

        fingers: a serialized SampleSet. Raises Unavailable, UnusableFingers.
        """
        ...

    async def set_encounter_status(self, task: OutboxTask) -> None:
        """Set the status in the payload of the task on the encounter. Raises Unavailable."""
        ...


class PersonMerger(Protocol):
    """The national matcher as it makes two persons one, and takes that back."""

    async def merge_persons(
        self, request_id: str, from_person: str, into_person: str, on_behalf_of: str
    ) -> str:
        """Move all encounters of a person to another one; return the id of the merge.

        "" if there was nothing to be moved. on_behalf_of: a supervisor, for encounters that are
        known fraud, or "". May be repeated with its request id. Raises Unavailable, WorkRefused.
        """
        ...

    async def undo_merge(self, request_id: str, merge: str, on_behalf_of: str) -> None:
        """Give back the encounters that a merge moved, unless it is undone or forgotten already.

        merge: its id at the matcher. on_behalf_of: as for `merge_persons`. May be repeated with its
        request id. Raises Unavailable, WorkRefused.
        """
        ...


class MatcherMemory(Protocol):
    """What the national matcher remembers, for comparison after a restore of its database."""

    async def past(self) -> MatcherPast:
        """Return the epoch and latest change of its database. Raises Unavailable."""
        ...

    async def find_encounter(self, encounter_id: str) -> EncounterFound | None:
        """Return an encounter; None if it has none of this id. Raises Unavailable."""
        ...


class Verifier(Protocol):
    """The national matcher as it compares people with their own record, also without its index."""

    async def verify(self, task: OutboxTask, person_id: str, fingers: bytes) -> Verification:
        """Compare the fingers with a person's own record.

        fingers: a serialized SampleSet. May be repeated with the request id of the task.
        Raises Unavailable.
        """
        ...


class FingerMatcher(Protocol):
    """The national matcher as it compares who collects a passport with the applicant."""

    async def compare_fingers(
        self, request_id: str, encounter_id: str, fingers: bytes, seconds: float
    ) -> FingerComparison:
        """Compare fingers with those of an encounter; the matcher keeps nothing of them.

        fingers: a serialized SampleSet. seconds: of real time that the call may take. May be
        repeated with its request id. Raises Unavailable, UnusableFingers.
        """
        ...


class FingerAssessor(Protocol):
    """The national matcher as it looks at fingerprints without storing them."""

    async def assess(self, fingers: bytes, seconds: float | None) -> FingerAssessment:
        """Return what it says of the samples, or why it says nothing in time.

        fingers: a serialized SampleSet, one captured at least. seconds: of real time that the call
        may take at most, None for what is usual. Raises BadImage, BadTemplate, PositionMismatch for
        what can never be used.
        """
        ...


class Printer(Protocol):
    """The printers of all offices, as they take jobs."""

    async def create_print_job(self, task: OutboxTask) -> str:
        """Submit the payload and clearance of the task; return the job id.

        May be repeated with the request id of the task. Raises Unavailable, ClearanceExpired,
        PrintRefused.
        """
        ...

    async def get_print_job(self, office: str, job: str) -> PrintJobEvent | None:
        """Return what the printer says of a job now; None if it has none. Raises Unavailable."""
        ...

    async def cancel_print_job(self, office: str, job: str, reason: str) -> bool:
        """Cancel a job that has no book; return False if it has one. Raises Unavailable."""
        ...


class TravelBanList(Protocol):
    """The travel-ban list of the authority that issues it."""

    async def register(self) -> TravelBanRegister | None:
        """Return the latest list; None if there is none that can be used."""
        ...


class NoticeSender(Protocol):
    """A way in which notices reach applicants: mail, or a file that others read."""

    async def send(self, message: NoticeMessage) -> None:
        """Send a message; the id of its notice tells a repetition from another message.

        Raises Unavailable, NoticeRefused.
        """
        ...


class PrintJobEvents(Protocol):
    """The printers of all offices, as they report on their jobs."""

    def watch_print_jobs(self, office: str, resume_token: str) -> AsyncIterator[PrintJobEvent]:
        """Yield the events of an office after a token. Raises Unavailable, ResumeTokenRefused."""
        ...
