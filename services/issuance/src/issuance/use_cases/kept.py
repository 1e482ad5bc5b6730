"""What is kept beside the cases themselves, as the use cases speak of it."""

from dataclasses import dataclass
from datetime import date, datetime

from issuance.domain.adjudication import Task
from issuance.domain.identification import Candidate, Cause
from issuance.domain.notices import Notice
from issuance.domain.outage import Outage
from issuance.domain.plan import Waiting
from issuance.domain.states import State, Work
from issuance.domain.working_time import Period


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list: after this row number, at most so many."""

    after: int
    size: int


@dataclass(frozen=True, slots=True)
class InQueue:
    """What the plan must know of a complete case without a book in hand."""

    waiting: Waiting
    state: State
    promised: date
    completed_at: datetime
    delayed: bool


@dataclass(frozen=True, slots=True)
class Question:
    """An examiner's task with what it is about."""

    id: str
    case: str
    office: str
    person_id: str
    cause: Cause
    decision_id: str
    candidates: tuple[Candidate, ...]
    calibration: str
    opened_at: datetime
    task: Task
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptOutage:
    """An outage under its id, with the number of cases that waited or wait for it."""

    id: str
    outage: Outage
    cases: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A case's waiting for an outage: from when on, and whether it lasts."""

    outage: str
    pause: Period
    expected_end: datetime | None


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """A notice that was sent."""

    id: str
    office: str
    notice: Notice
    at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """Owed work of one kind. leased: being done now; failing: tried in vain at least once."""

    kind: Work
    count: int
    leased: int
    failing: int
    oldest: datetime
    offices: frozenset[str]
