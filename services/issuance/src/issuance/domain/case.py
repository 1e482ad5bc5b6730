"""A case: one application for a passport, and how each event changes it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from servicekit.errors import DomainError, ErrorKind, StaleRevision

from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.formatting import LocalizedText
from issuance.domain.states import INITIAL_STATE, ApplicationState, Transition


class ApplicationNotFound(DomainError):
    """No application has the given id."""

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
class Completion:
    """What a case gets when it is complete: its place in the queue and its collection dates.

    queue_number: orders the queue. applied_on: day of completion. due_on: first collection date
    by the office's promised number of working days. promised_collection_date: the planned date.
    """

    at: datetime
    queue_number: int
    applied_on: date
    due_on: date
    promised_collection_date: date


@dataclass(frozen=True, slots=True)
class Case:
    """One application. Days are those of the office; instants are business time.

    holder: what is printed, a serialized BiographicData; not interpreted here. state_since: when
    the state was entered. queue_number, applied_on, due_on: see Completion; None before completion.
    promised_collection_date: the date last promised to the applicant. delayed: whether the
    applicant was notified since that this date cannot be kept.
    """

    id: str
    office: str
    type: ApplicationType
    priority_class: PriorityClass
    holder: bytes
    person_id: str
    created_at: datetime
    state_since: datetime
    state: ApplicationState = INITIAL_STATE
    revision: int = 1
    completed_at: datetime | None = None
    queue_number: int | None = None
    applied_on: date | None = None
    due_on: date | None = None
    first_promised_collection_date: date | None = None
    promised_collection_date: date | None = None
    date_change_reason: LocalizedText | None = None
    delayed: bool = False
    decision_id: str = ""
    own_record_first: bool | None = None
    document_number: str = ""
    released_on: date | None = None
    print_job: str = ""
    book_serial: str = ""
    ready_at: datetime | None = None
    refusal_reason: LocalizedText | None = None
    handed_over_at: datetime | None = None

    def require_revision(self, revision: int) -> "Case":
        """Return the case itself if it has this revision, or if `revision` is 0 (any).

        Raises StaleRevision otherwise.
        """
        if revision not in (0, self.revision):
            raise StaleRevision(
                "the application has changed since", revision=str(self.revision), field="revision"
            )
        return self

    def after(self, transition: Transition, at: datetime) -> "Case":
        """Return the case in the target state of a transition that starts in its state."""
        return replace(self, state=transition.target, state_since=at, revision=self.revision + 1)

    def completed(self, completion: Completion) -> "Case":
        """Return the case with its place in the queue and its promised collection date."""
        promised = completion.promised_collection_date
        return replace(
            self,
            completed_at=completion.at,
            queue_number=completion.queue_number,
            applied_on=completion.applied_on,
            due_on=completion.due_on,
            promised_collection_date=promised,
            first_promised_collection_date=self.first_promised_collection_date or promised,
            date_change_reason=None,
        )

    def no_longer_complete(self) -> "Case":
        """Return the case without its place in the queue, since its fingers are unusable."""
        return replace(
            self, completed_at=None, queue_number=None, applied_on=None, due_on=None, delayed=False
        )

    def identified(self, decision_id: str, own_record_first: bool | None) -> "Case":
        """Return the case with the matcher's decision."""
        return replace(self, decision_id=decision_id, own_record_first=own_record_first)

    def approved(self, document_number: str) -> "Case":
        """Return the case with the number of its passport."""
        return replace(self, document_number=document_number)

    def refused(self, reason: LocalizedText) -> "Case":
        """Return the case with the reason of its refusal, as the applicant is notified of it."""
        return replace(self, refusal_reason=reason)

    def released(self, on: date) -> "Case":
        """Return the case, released to the printer on a day."""
        return replace(self, released_on=on)

    def with_print_job(self, job: str) -> "Case":
        """Return the next revision of the case, with the print job that makes its book."""
        return replace(self, print_job=job, revision=self.revision + 1)

    def print_failed(self) -> "Case":
        """Return the case without its print job: it has to be released again."""
        return replace(self, released_on=None, print_job="")

    def printed(self, book_serial: str, at: datetime) -> "Case":
        """Return the case with its finished book."""
        return replace(self, book_serial=book_serial, ready_at=at)

    def handed_over(self, at: datetime) -> "Case":
        """Return the case, its passport handed over."""
        return replace(self, handed_over_at=at)
