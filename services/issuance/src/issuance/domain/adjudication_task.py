"""How examiners decide about an application: one clears it, or two where a hit is strong; two
different ones confirm a duplicate, or link the applicant with a person on record; a third decides
where two disagree."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.adjudication_referral import AdjudicationCause, Candidate
from issuance.domain.separation_of_duties import is_among

CLAIM_DURATION = timedelta(hours=2)
"""After this time (business time) another examiner may claim a claimed task."""


class Verdict(StrEnum):
    """What one examiner decides about the candidates."""

    CLEARED = "cleared"
    DUPLICATE = "duplicate"
    SAME_PERSON = "same_person"
    """An honest applicant who has another record: the application goes on under that person."""


class TaskState(StrEnum):
    """State of an adjudication task."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"
    LINKED = "linked"
    WITHDRAWN = "withdrawn"


UNDECIDED_TASK_STATES = frozenset({TaskState.OPEN, TaskState.CLAIMED})


_DECIDED = {
    Verdict.CLEARED: TaskState.CLEARED,
    Verdict.DUPLICATE: TaskState.CONFIRMED,
    Verdict.SAME_PERSON: TaskState.LINKED,
}


class TaskNotFound(DomainError):
    """No adjudication task has the given id."""

    kind = ErrorKind.NOT_FOUND
    reason = "TASK_NOT_FOUND"


class OwnCase(DomainError):
    """The examiner took part in the intake, approved it, granted its appeal, or handed it over."""

    kind = ErrorKind.DENIED
    reason = "OWN_CASE"


class ExaminedBefore(DomainError):
    """The examiner examined the application in an earlier task; others look at it now."""

    kind = ErrorKind.DENIED
    reason = "EXAMINED_BEFORE"


class TaskTaken(DomainError):
    """Another examiner has claimed the task."""

    kind = ErrorKind.PRECONDITION
    reason = "TASK_TAKEN"


class TaskNotClaimed(DomainError):
    """The caller has not claimed the task."""

    kind = ErrorKind.PRECONDITION
    reason = "TASK_NOT_CLAIMED"


class TaskClosed(DomainError):
    """The task is already decided."""

    kind = ErrorKind.PRECONDITION
    reason = "TASK_CLOSED"


class SecondExaminerRequired(DomainError):
    """The same examiner may not examine one task twice, nor undo a merge alone."""

    kind = ErrorKind.DENIED
    reason = "SECOND_EXAMINER_REQUIRED"


class NotACandidate(DomainError):
    """SAME_PERSON names one of the candidates, other verdicts name nobody."""

    kind = ErrorKind.INVALID
    reason = "NOT_A_CANDIDATE"


@dataclass(frozen=True, slots=True)
class Examination:
    """The verdict of one examiner and the reason given for it.

    person_id: the candidate who is the applicant, for SAME_PERSON.
    """

    by: str
    verdict: Verdict
    reason: str
    at: datetime
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class Adjudication:
    """The examinations of one task and the claim on it. Immutable: every change returns a new one.

    People are named by their identity; see `is_among` for who is the same person.
    """

    excluded: frozenset[str]
    """Who took part in the intake, approved it, granted its appeal, or handed it over."""
    examinations: tuple[Examination, ...] = ()
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    clearances_needed: int = 1
    """How many examiners clear: two where a hit is strong."""
    withdrawn: bool = False
    """Whether the case left adjudication without a decision."""
    examined_earlier_by: frozenset[str] = frozenset()
    """Identities that examined the application in earlier tasks."""

    @property
    def deciding(self) -> Examination | None:
        """The last of the examinations that decide, or None while some are missing.

        CLEARED by the first examiner decides unless two are needed. Otherwise two examiners agree:
        on the verdict, and for SAME_PERSON on the person. If two disagree, further ones decide.
        """
        if self.examinations and self.clearances_needed == 1:
            first = self.examinations[0]
            if len(self.examinations) == 1 and first.verdict is Verdict.CLEARED:
                return first
        seen: set[tuple[Verdict, str]] = set()
        for examination in self.examinations:
            opinion = (examination.verdict, examination.person_id)
            if opinion in seen:
                return examination
            seen.add(opinion)
        return None

    @property
    def verdict(self) -> Verdict | None:
        """The decision, or None while examinations are missing."""
        return self.deciding.verdict if self.deciding else None

    @property
    def state(self) -> TaskState:
        """State of the task; an expired claim counts as CLAIMED until another replaces it."""
        if self.withdrawn:
            return TaskState.WITHDRAWN
        if self.verdict:
            return _DECIDED[self.verdict]
        return TaskState.CLAIMED if self.claimed_by else TaskState.OPEN

    def claim(self, examiner: str, now: datetime) -> "Adjudication":
        """Claim the task for one examiner.

        Raises TaskClosed, OwnCase, ExaminedBefore, SecondExaminerRequired, TaskTaken.
        """
        self._require_undecided()
        if is_among(examiner, self.excluded):
            raise OwnCase("who took it in, approved it or granted the appeal does not examine it")
        if is_among(examiner, self.examined_earlier_by):
            raise ExaminedBefore("who examined the application before does not examine it again")
        if is_among(examiner, (examination.by for examination in self.examinations)):
            raise SecondExaminerRequired("the second examination is for another examiner")
        if self.claimed_by not in (None, examiner) and not self._claim_expired(now):
            raise TaskTaken("another examiner has claimed this task")
        return replace(self, claimed_by=examiner, claimed_at=now)

    def release(self, examiner: str) -> "Adjudication":
        """Give up the claim without a verdict. Raises TaskNotClaimed."""
        self._require_claim_of(examiner)
        return replace(self, claimed_by=None, claimed_at=None)

    def decide(
        self, examiner: str, verdict: Verdict, reason: str, now: datetime, person_id: str = ""
    ) -> "Adjudication":
        """Add the verdict of the examiner with the claim. Raises TaskClosed, TaskNotClaimed."""
        self._require_undecided()
        self._require_claim_of(examiner)
        examination = Examination(examiner, verdict, reason, now, person_id)
        return replace(
            self,
            examinations=(*self.examinations, examination),
            claimed_by=None,
            claimed_at=None,
        )

    def _require_undecided(self) -> None:
        if self.verdict or self.withdrawn:
            raise TaskClosed("the task is decided")

    def _require_claim_of(self, examiner: str) -> None:
        if self.claimed_by != examiner:
            raise TaskNotClaimed("claim the task first")

    def _claim_expired(self, now: datetime) -> bool:
        return self.claimed_at is None or now - self.claimed_at >= CLAIM_DURATION


@dataclass(frozen=True, slots=True)
class AdjudicationTask:
    """A task for examiners: which application, why, the candidates, and the examinations so far.

    candidates: persons to compare the applicant with, best first. calibration: version that gives
    their scores a meaning. hits_total: how many persons the matcher found, also of those that are
    not among the candidates; 0 if an earlier version opened the task.
    """

    id: str
    case: str
    office: str
    person_id: str
    cause: AdjudicationCause
    decision_id: str
    candidates: tuple[Candidate, ...]
    calibration: str
    opened_at: datetime
    adjudication: Adjudication
    closed_at: datetime | None = None
    hits_total: int = 0

    def require_candidate(self, verdict: Verdict, person_id: str) -> None:
        """Raise NotACandidate unless SAME_PERSON names a candidate, and others nobody."""
        named = person_id in {candidate.person_id for candidate in self.candidates}
        if not named if verdict is Verdict.SAME_PERSON else person_id:
            raise NotACandidate("name one of the candidates for SAME_PERSON", field="person_id")
