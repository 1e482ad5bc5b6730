"""A case: one application for a passport, and how it moves."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from servicekit.errors import DomainError, ErrorKind, StaleRevision

from issuance.domain.identification import ApplicationType
from issuance.domain.plan import PriorityClass
from issuance.domain.states import FIRST, State, Transition
from issuance.domain.words import Text


class ApplicationNotFound(DomainError):
    """There is no such application."""

    kind = ErrorKind.NOT_FOUND
    reason = "APPLICATION_NOT_FOUND"


class PersonRequired(DomainError):
    """Renewals and replacements name the person on record; new applications name nobody."""

    kind = ErrorKind.INVALID
    reason = "PERSON_REQUIRED"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who causes an event: an identity and its role."""

    uri: str
    role: str


ISSUANCE = Actor("service:issuance", "service:issuance")
"""The service itself, acting on what other services answered."""


@dataclass(frozen=True, slots=True)
class Case:
    """One application. Days are the office's; instants are business time.

    `holder` is opaque here: what is printed, as the contract writes it. `place` orders the queue
    by completion, `due_on` is the day promised by law of the office, `promised_collection_date` the day the
    applicant was told last; `delayed` says that they were told since that it cannot be kept.
    """

    id: str
    office: str
    type: ApplicationType
    priority_class: PriorityClass
    holder: bytes
    person_id: str
    created_at: datetime
    since: datetime
    state: State = FIRST
    revision: int = 1
    completed_at: datetime | None = None
    place: int | None = None
    applied_on: date | None = None
    due_on: date | None = None
    first_promised_collection_date: date | None = None
    promised_collection_date: date | None = None
    date_change_reason: Text | None = None
    delayed: bool = False
    decision_id: str = ""
    own_record_first: bool | None = None
    document_number: str = ""
    released_on: date | None = None
    print_job: str = ""
    book_serial: str = ""
    ready_at: datetime | None = None
    refusal_reason: Text | None = None
    handed_over_at: datetime | None = None

    def seen_at(self, revision: int) -> "Case":
        """Itself, if the caller has seen this revision or (0) does not care; or StaleRevision."""
        if revision not in (0, self.revision):
            raise StaleRevision(
                "the application has changed since", revision=str(self.revision), field="revision"
            )
        return self

    def moved(self, row: Transition, at: datetime, **changes: Any) -> "Case":
        """The case after a transition that starts in its state."""
        return replace(self, state=row.target, since=at, revision=self.revision + 1, **changes)

    def with_job(self, job: str) -> "Case":
        """The case whose book the printer makes under this job."""
        return replace(self, print_job=job, revision=self.revision + 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's history; `source` is None for its making."""

    case: str
    office: str
    event: str
    source: State | None
    target: State
    by: str
    at: datetime
    why: str = ""
