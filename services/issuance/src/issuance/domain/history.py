"""The history of an application: each event, who caused it, and what came with it."""

from dataclasses import dataclass
from datetime import datetime

from issuance.domain.adjudication_referral import AdjudicationCause
from issuance.domain.states import ApplicationEvent, ApplicationState


@dataclass(frozen=True, slots=True)
class EventDetails:
    """What came with an event. Fields that do not belong to the event are empty.

    reason: of a refusal, a rejection of biometrics or an examiner's verdict.
    """

    reason: str = ""
    payment_receipt: str = ""
    interview_notes: str = ""
    adjudication_cause: AdjudicationCause | None = None
    document_number: str = ""
    print_job: str = ""
    book_serial: str = ""
    signed_by: str = ""


NO_DETAILS = EventDetails()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event in the history of a case; `source` is None for CREATE."""

    case: str
    office: str
    event: ApplicationEvent
    source: ApplicationState | None
    target: ApplicationState
    by: str
    at: datetime
    details: EventDetails = NO_DETAILS


INTAKE_EVENTS = frozenset(
    {
        ApplicationEvent.CREATE,
        ApplicationEvent.ACCEPT_DOCUMENTS,
        ApplicationEvent.REFUSE_DOCUMENTS,
        ApplicationEvent.RECORD_PAYMENT,
        ApplicationEvent.SUBMIT_BIOMETRICS,
        ApplicationEvent.RECORD_INTERVIEW,
    }
)
"""Events of the intake: who caused one of them may not examine the application."""
