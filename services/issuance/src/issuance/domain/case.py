"""A case: one application for a passport, and what follows from what is known of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from servicekit.errors import StaleRevision

from issuance.domain.actor import Actor
from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.collector import Proxy
from issuance.domain.contact import Contact
from issuance.domain.document import DocumentStatus
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.events import WITHOUT_INFLUENCE, ApplicationEvent
from issuance.domain.finger_check import FingerCheckState
from issuance.domain.formatting import LocalizedText
from issuance.domain.guardian import Guardian
from issuance.domain.identified_by import IdentifiedBy
from issuance.domain.print_failure import PrintFailure
from issuance.domain.replacement import LossFinding
from issuance.domain.states import INITIAL_STATE, WITHOUT_PASSPORT, ApplicationState
from issuance.domain.transitions import Transition

_APPROVING = WITHOUT_INFLUENCE | {ApplicationEvent.APPROVE_FIRST}
"""Events after which the approval of the first of two supervisors holds."""


@dataclass(frozen=True, slots=True)
class Case:
    """One application. Days are those of the office; instants are business time.

    holder: what is printed, a serialized BiographicData; not interpreted here. state_since: when
    the state was entered. queue_number, applied_on, due_on: see Completion; None before completion.
    promised_collection_date: the date last promised to the applicant. date_tentative: whether that
    was the date if an outage had ended then. change_notified_at: when the applicant was last
    notified that the date changed or cannot be kept. delayed: whether the applicant was notified
    since that this date cannot be kept. print_failure: why no book is made although the case was
    released; None once people have decided how it goes on. issued_on: the day printed in the book,
    that of its release; expires_on: the last day printed in it, None if an earlier version released
    it. holder_differences: which of name, born_on and sex differ from the person's earlier
    document. encounter_number: how many encounters the matcher was given for it. linked: whether
    examiners found it to be another person's than it was taken in for. appeal_granted_by: identity
    of the supervisor who reopened it. identification_due: whether it went on although the applicant
    is still to be identified: verified only, or for an emergency document. emergency_days: for how
    many days that is valid; None: it makes a passport. first_approved_by: identity of the first of
    two supervisors who approve that, until the second does or it is changed. reference: what people
    say to name it. email, phone, language: see `contact`; the language is id or en, or empty for
    that of the office. proxy: who may collect the passport in place of the holder. collect_until:
    last day of collection, as the applicant was reminded; None before. travel_ban_hits,
    travel_bans_cleared: references of the entries of the travel-ban list because of which it is
    held, or that a supervisor cleared. guardians: of a child. police_report, returned_document: see
    LossPapers. loss_finding: of the interview. force_majeure: why a supervisor accepted it; empty
    if none did. without_fingerprints: whether no finger could ever be captured; the matcher then
    has no encounter of it. come_back_on: when bandaged fingers have healed. fee_rupiah: what it
    costs in all, None if no fee was told; penalty_rupiah: of these, for a loss or damage.
    legal_due_on: until when the law wants the passport made; None before the interview.
    finger_mismatches, finger_check_waived: see `finger_check`. identity_number: the applicant's in
    the civil register, such as a NIK, which is not printed; empty if none was given.
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
    date_tentative: bool = False
    change_notified_at: datetime | None = None
    decision_id: str = ""
    own_record_first: bool | None = None
    document_number: str = ""
    released_on: date | None = None
    print_job: str = ""
    book_serial: str = ""
    ready_at: datetime | None = None
    refusal_reason: LocalizedText | None = None
    handed_over_at: datetime | None = None
    portrait_accepted_at: datetime | None = None
    print_failure: PrintFailure | None = None
    issued_on: date | None = None
    holder_differences: tuple[str, ...] = ()
    encounter_number: int = 1
    linked: bool = False
    appeal_granted_by: str = ""
    expires_on: date | None = None
    guardians: tuple[Guardian, ...] = ()
    married: bool = False
    police_report: str = ""
    returned_document: str = ""
    loss_finding: LossFinding | None = None
    force_majeure: str = ""
    without_fingerprints: bool = False
    come_back_on: date | None = None
    fee_rupiah: int | None = None
    penalty_rupiah: int | None = None
    identification_due: bool = False
    reference: str = ""
    travel_ban_hits: tuple[str, ...] = ()
    travel_bans_cleared: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    language: str = ""
    proxy: Proxy | None = None
    collect_until: date | None = None
    legal_due_on: date | None = None
    finger_mismatches: int = 0
    finger_check_waived: bool = False
    emergency_days: int | None = None
    first_approved_by: str = ""
    identity_number: str = ""

    @property
    def makes_emergency_document(self) -> bool:
        """Whether an emergency document is made of it in place of a passport."""
        return self.emergency_days is not None

    @property
    def print_priority(self) -> PriorityClass:
        """The class in which it is printed: an emergency document before all others."""
        return PriorityClass.EMERGENCY if self.makes_emergency_document else self.priority_class

    @property
    def is_verified_only(self) -> bool:
        """Whether its applicant matched their own record, and is still to be identified."""
        matched = bool(self.decision_id) and self.own_record_first is not False
        return self.identification_due and matched

    @property
    def awaits_identification(self) -> bool:
        """Whether its book is not handed over before the applicant is identified."""
        return self.identification_due and not self.makes_emergency_document

    @property
    def has_unidentified_holder(self) -> bool:
        """Whether its emergency document was handed over, and its holder is to be identified."""
        return self.identification_due and self.state is ApplicationState.HANDED_OVER

    @property
    def identified_by(self) -> IdentifiedBy:
        """By what its holder is identified as it is printed."""
        if self.without_fingerprints:
            return IdentifiedBy.PHOTO_AND_INTERVIEW
        unidentified = self.makes_emergency_document and self.identification_due
        return IdentifiedBy.NOT_YET if unidentified else IdentifiedBy.FINGERPRINTS

    @property
    def awaits_two_approvals(self) -> bool:
        """Whether two supervisors have to approve it: nobody has identified the applicant.

        Of one whose print failed they have approved the same before.
        """
        unidentified = self.makes_emergency_document and self.identification_due
        return unidentified and self.state is ApplicationState.AWAITING_APPROVAL

    @property
    def is_held(self) -> bool:
        """Whether it waits for a supervisor because of the travel-ban list."""
        return bool(self.travel_ban_hits)

    @property
    def travel_bans_known(self) -> frozenset[str]:
        """The entries of the travel-ban list that hold it, or were cleared."""
        return frozenset(self.travel_ban_hits + self.travel_bans_cleared)

    @property
    def contact(self) -> Contact:
        """How the applicant is notified outside the office."""
        return Contact(self.email, self.phone)

    @property
    def encounter_id(self) -> str:
        """Id of its encounter at the matcher; another one each time that one was deleted there."""
        return self.encounter_numbered(self.encounter_number)

    def encounter_numbered(self, number: int) -> str:
        """Return the id of one of its encounters; the first has the number 1."""
        return self.id if number == 1 else f"{self.id}.{number}"

    @property
    def is_at_the_printer(self) -> bool:
        """Whether its data are at the printer, or may be, and its book is not made yet."""
        has_job = bool(self.print_job) and not self.book_serial
        return self.state is ApplicationState.PRINTING or has_job

    def named_to(self, actor: Actor) -> str:
        """Return its id if the actor may know of it, else ""."""
        return self.id if actor.may_know(self.office) else ""

    @property
    def finger_check(self) -> FingerCheckState:
        """How far the finger checks at its hand-over have come."""
        return FingerCheckState(
            self.finger_mismatches,
            self.finger_check_waived,
            self.without_fingerprints,
            self.makes_emergency_document,
        )

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
        stays = transition.target is self.state
        is_made_ready = transition.target is ApplicationState.READY and not stays
        return replace(
            self,
            state=transition.target,
            state_since=self.state_since if stays else at,
            revision=self.revision + 1,
            ready_at=at if is_made_ready else self.ready_at,
            first_approved_by=self.first_approved_by if transition.event in _APPROVING else "",
        )

    def document_after(self, transition: Transition) -> DocumentStatus | None:
        """Return what its document becomes; one that is made is revoked where none is due.

        One that examiners revoked by a confirmed duplicate is as it was until others have looked.
        """
        if self.book_serial and transition.event is ApplicationEvent.REEXAMINE:
            return DocumentStatus.MADE
        ends = transition.target is not self.state and transition.target in WITHOUT_PASSPORT
        if self.book_serial and ends:
            return DocumentStatus.REVOKED
        return transition.document

    def encounter_after(self, transition: Transition) -> EncounterStatus | None:
        """Return what its encounter becomes, if it has one.

        Nothing is kept of who was never identified.
        """
        if self.without_fingerprints:
            return None
        inactive = transition.encounter is EncounterStatus.INACTIVE
        return (
            EncounterStatus.DELETED
            if inactive and self.identification_due
            else transition.encounter
        )
