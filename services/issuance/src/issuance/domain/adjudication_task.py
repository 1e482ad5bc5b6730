"""How examiners decide about an application: one may clear it, two different ones must confirm a
duplicate, a third decides where two disagree."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.adjudication_referral import AdjudicationCause, Candidate

CLAIM_DURATION = timedelta(hours=2)
"""After this time (business time) another examiner may claim a claimed task."""


class Verdict(StrEnum):
    """What one examiner decides about the candidates."""

    CLEARED = "cleared"
    DUPLICATE = "duplicate"


class TaskState(StrEnum):
    """State of an adjudication task."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


UNDECIDED_TASK_STATES = frozenset({TaskState.OPEN, TaskState.CLAIMED})


class TaskNotFound(DomainError):
    """No adjudication task has the given id."""

    kind = ErrorKind.NOT_FOUND
    reason = "TASK_NOT_FOUND"


class OwnCase(DomainError):
    """The examiner took part in the intake of the application."""

    kind = ErrorKind.DENIED
    reason = "OWN_CASE"


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
    """The same examiner may not examine one task twice."""

    kind = ErrorKind.DENIED
    reason = "SECOND_EXAMINER_REQUIRED"


@dataclass(frozen=True, slots=True)
class Examination:
    """The verdict of one examiner and the reason given for it."""

    by: str
    verdict: Verdict
    reason: str
    at: datetime


def _is_among(identity: str, others: Iterable[str]) -> bool:
    """Return whether `others` name the same person, in whatever role and office."""
    return _person(identity) in map(_person, others)


def _person(identity: str) -> str:
    return re.sub(r"/office/[^/]+|/role/[^/]+$", "", identity)


@dataclass(frozen=True, slots=True)
class Adjudication:
    """The examinations of one task and the claim on it. Immutable: every change returns a new one.

    People are named by their identity. One person may have several identities, one for each role
    and office; only people of one office and national ones ever see a task, so the name of the
    user tells them apart.
    """

    taken_in_by: frozenset[str]
    """Identities that took part in the intake of the application."""
    examinations: tuple[Examination, ...] = ()
    claimed_by: str | None = None
    claimed_at: datetime | None = None

    @property
    def verdict(self) -> Verdict | None:
        """The decision, or None while examinations are missing.

        CLEARED by the first examiner decides; DUPLICATE needs a second examiner; if the two
        disagree, the third decides by agreeing with one of them.
        """
        verdicts = [examination.verdict for examination in self.examinations]
        if verdicts == [Verdict.CLEARED]:
            return Verdict.CLEARED
        for verdict in Verdict:
            if verdicts.count(verdict) >= 2:
                return verdict
        return None

    @property
    def state(self) -> TaskState:
        """State of the task; an expired claim counts as CLAIMED until another replaces it."""
        if self.verdict is Verdict.CLEARED:
            return TaskState.CLEARED
        if self.verdict is Verdict.DUPLICATE:
            return TaskState.CONFIRMED
        return TaskState.CLAIMED if self.claimed_by else TaskState.OPEN

    def claim(self, examiner: str, now: datetime) -> "Adjudication":
        """Claim the task for one examiner.

        Raises TaskClosed, OwnCase, SecondExaminerRequired, TaskTaken.
        """
        self._require_undecided()
        if _is_among(examiner, self.taken_in_by):
            raise OwnCase("an application is not examined by those who took it in")
        if _is_among(examiner, (examination.by for examination in self.examinations)):
            raise SecondExaminerRequired("the second examination is for another examiner")
        if self.claimed_by not in (None, examiner) and not self._claim_expired(now):
            raise TaskTaken("another examiner has claimed this task")
        return replace(self, claimed_by=examiner, claimed_at=now)

    def release(self, examiner: str) -> "Adjudication":
        """Give up the claim without a verdict. Raises TaskNotClaimed."""
        self._require_claim_of(examiner)
        return replace(self, claimed_by=None, claimed_at=None)

    def decide(self, examiner: str, verdict: Verdict, reason: str, now: datetime) -> "Adjudication":
        """Add the verdict of the examiner with the claim. Raises TaskClosed, TaskNotClaimed."""
        self._require_undecided()
        self._require_claim_of(examiner)
        examination = Examination(examiner, verdict, reason, now)
        return replace(
            self,
            examinations=(*self.examinations, examination),
            claimed_by=None,
            claimed_at=None,
        )

    def _require_undecided(self) -> None:
        if self.verdict:
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
    their scores a meaning.
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
