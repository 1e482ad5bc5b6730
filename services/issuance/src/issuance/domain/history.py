"""The history of an application: each event, who caused it, and what came with it."""

from dataclasses import dataclass
from datetime import datetime

from issuance.domain.adjudication_referral import AdjudicationCause
from issuance.domain.collector import Collector
from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_check import FingerCheck
from issuance.domain.guardian import GuardianRelation
from issuance.domain.replacement import LossFinding
from issuance.domain.states import ApplicationState


@dataclass(frozen=True, slots=True)
class EventDetails:
    """What came with an event. Fields that do not belong to the event are empty.

    reason: why, in words; the contract says of which events (HistoryEntry.reason). previous_holder,
    corrected_holder: the data before and after a correction, each a serialized BiographicData.
    previous_identity_number, corrected_identity_number: the same of the identity number.
    collected_by: who got the passport. finger_check_decision: id of the matcher's decision about
    the fingers at the hand-over. finger_check_request: id of the request for it, of fingers that
    differ.
    """

    reason: str = ""
    payment_receipt: str = ""
    interview_notes: str = ""
    adjudication_cause: AdjudicationCause | None = None
    document_number: str = ""
    print_job: str = ""
    book_serial: str = ""
    signed_by: str = ""
    previous_holder: bytes | None = None
    corrected_holder: bytes | None = None
    collected_by: Collector | None = None
    guardian_present: GuardianRelation | None = None
    loss_finding: LossFinding | None = None
    amount_rupiah: int | None = None
    finger_check: FingerCheck | None = None
    finger_check_decision: str = ""
    finger_check_request: str = ""
    previous_identity_number: str = ""
    corrected_identity_number: str = ""


NO_DETAILS = EventDetails()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event in the history of a case.

    source: the state before it, None for CREATE. source_since: when that state was entered.
    """

    case: str
    office: str
    event: ApplicationEvent
    source: ApplicationState | None
    target: ApplicationState
    by: str
    at: datetime
    source_since: datetime | None = None
    details: EventDetails = NO_DETAILS
    on_behalf_of: str = ""
    """The person for whom a service caused it, or ""."""

    @property
    def person(self) -> str:
        """Identity of the person who caused it, also through a service."""
        return self.on_behalf_of or self.by


INTAKE_EVENTS = frozenset(
    {
        ApplicationEvent.CREATE,
        ApplicationEvent.ACCEPT_DOCUMENTS,
        ApplicationEvent.REFUSE_DOCUMENTS,
        ApplicationEvent.RECORD_PAYMENT,
        ApplicationEvent.SUBMIT_BIOMETRICS,
        ApplicationEvent.CONFIRM_DIFFERENT_FINGERS,
        ApplicationEvent.POSTPONE_BIOMETRICS,
        ApplicationEvent.DECLARE_NO_FINGERPRINTS,
        ApplicationEvent.SUBMIT_PORTRAIT,
        ApplicationEvent.EXCEPT_PORTRAIT,
        ApplicationEvent.RECORD_INTERVIEW,
        ApplicationEvent.INTERVIEW_WITHOUT_FINGERPRINTS,
        ApplicationEvent.CORRECT_DATA,
        ApplicationEvent.ACCEPT_FORCE_MAJEURE,
        ApplicationEvent.REQUEST_EMERGENCY_DOCUMENT,
    }
)
"""Events of the intake: who caused one may neither examine nor approve the application."""
