"""Examiners' judgement: one may clear, two different ones confirm, a third settles a dispute."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

CLAIM_LASTS = timedelta(hours=2)
"""After this a claimed task may be taken by another examiner (business time)."""


class Verdict(StrEnum):
    """What an examiner sees."""

    CLEARED = "cleared"
    DUPLICATE = "duplicate"


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


class OwnCase(DomainError):
    """Nobody examines an application they took in."""

    kind = ErrorKind.DENIED
    reason = "OWN_CASE"


class TaskTaken(DomainError):
    """Another examiner looks at this task."""

    kind = ErrorKind.PRECONDITION
    reason = "TASK_TAKEN"


class TaskNotClaimed(DomainError):
    """The task must be claimed by the caller first."""

    kind = ErrorKind.PRECONDITION
    reason = "TASK_NOT_CLAIMED"


class TaskClosed(DomainError):
    """The task is decided."""

    kind = ErrorKind.PRECONDITION
    reason = "TASK_CLOSED"


class SecondLookNeedsAnother(DomainError):
    """The same examiner may not look twice at one task."""

    kind = ErrorKind.DENIED
    reason = "SECOND_EXAMINER_REQUIRED"


@dataclass(frozen=True, slots=True)
class Look:
    """What one examiner saw, and why."""

    by: str
    verdict: Verdict
    why: str
    at: datetime


def _is_among(identity: str, others: Iterable[str]) -> bool:
    """Whether it is one person, whatever the role and whether for an office or the country."""
    return _person(identity) in map(_person, others)


def _person(identity: str) -> str:
    return re.sub(r"/office/[^/]+|/role/[^/]+$", "", identity)


@dataclass(frozen=True, slots=True)
class Task:
    """The question of one case; every change gives a new task.

    People by their identity. Somebody may have several, one a role and a scope; only people of
    one office, and national ones, come near a task, so the user's name tells them apart.
    """

    taken_in_by: frozenset[str]
    """Everybody who took part in the intake."""
    looks: tuple[Look, ...] = ()
    claimed_by: str | None = None
    claimed_at: datetime | None = None

    @property
    def verdict(self) -> Verdict | None:
        """None until decided.

        A clear at the first look decides; a positive needs a second one; two that differ need a
        third, which then has one of them on its side.
        """
        verdicts = [look.verdict for look in self.looks]
        if verdicts[:1] == [Verdict.CLEARED]:
            return Verdict.CLEARED
        for verdict in Verdict:
            if verdicts.count(verdict) >= 2:
                return verdict
        return None

    @property
    def state(self) -> TaskState:
        """Where it stands; a claim is shown until another takes its place."""
        if self.verdict is Verdict.CLEARED:
            return TaskState.CLEARED
        if self.verdict is Verdict.DUPLICATE:
            return TaskState.CONFIRMED
        return TaskState.CLAIMED if self.claimed_by else TaskState.OPEN

    def claim(self, examiner: str, now: datetime) -> "Task":
        """Take it. Raises TaskClosed, OwnCase, SecondLookNeedsAnother, TaskTaken."""
        self._open()
        if _is_among(examiner, self.taken_in_by):
            raise OwnCase("an application is not examined by those who took it in")
        if _is_among(examiner, (look.by for look in self.looks)):
            raise SecondLookNeedsAnother("the second look is for another examiner")
        if self.claimed_by not in (None, examiner) and not self._expired(now):
            raise TaskTaken("another examiner looks at this task")
        return replace(self, claimed_by=examiner, claimed_at=now)

    def release(self, examiner: str) -> "Task":
        """Give it back. Raises TaskNotClaimed."""
        self._held_by(examiner)
        return replace(self, claimed_by=None, claimed_at=None)

    def decide(self, examiner: str, verdict: Verdict, why: str, now: datetime) -> "Task":
        """Say what one sees. Raises TaskClosed, TaskNotClaimed."""
        self._open()
        self._held_by(examiner)
        look = Look(examiner, verdict, why, now)
        return replace(self, looks=(*self.looks, look), claimed_by=None, claimed_at=None)

    def _open(self) -> None:
        if self.verdict:
            raise TaskClosed("the task is decided")

    def _held_by(self, examiner: str) -> None:
        if self.claimed_by != examiner:
            raise TaskNotClaimed("claim the task first")

    def _expired(self, now: datetime) -> bool:
        return self.claimed_at is None or now - self.claimed_at >= CLAIM_LASTS
