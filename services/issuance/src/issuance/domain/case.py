"""A case: one application for a passport, and how each event changes it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from servicekit.errors import StaleRevision

from issuance.domain.actor import Actor
from issuance.domain.application_type import ApplicationType
from issuance.domain.case_errors import AtThePrinter, BookMade, IdentificationDue
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.collector import Proxy
from issuance.domain.completion import Completion, PromisedDate
from issuance.domain.contact import Contact
from issuance.domain.document import DocumentStatus
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.events import WITHOUT_INFLUENCE, ApplicationEvent
from issuance.domain.finger_check import FingerCheckState
from issuance.domain.formatting import LocalizedText
from issuance.domain.guardian import Guardian
from issuance.domain.identified_by import IdentifiedBy
from issuance.domain.portrait import PortraitMissing
from issuance.domain.print_failure import PrintFailure
from issuance.domain.replacement import LossFinding, LossPapers
from issuance.domain.states import INITIAL_STATE, WITHOUT_PASSPORT, ApplicationState
from issuance.domain.transitions import Transition
from issuance.domain.travel_ban import TravelBanHeld

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
    finger_mismatches, finger_check_waived: see `finger_check`.
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

    def held(self, references: Iterable[str]) -> "Case":
        """Return the case, held because of further entries of the travel-ban list."""
        return replace(self, travel_ban_hits=(*self.travel_ban_hits, *references))

    def cleared(self) -> "Case":
        """Return the case, held no more: the entries so far do not hold it again.

        The time in which it can be collected is told anew.
        """
        cleared = (*self.travel_bans_cleared, *self.travel_ban_hits)
        return replace(self, travel_ban_hits=(), travel_bans_cleared=cleared, collect_until=None)

    def require_not_held(self) -> None:
        """Raise TravelBanHeld if it is held."""
        if self.is_held:
            raise TravelBanHeld("it waits for a supervisor: see its history")

    @property
    def contact(self) -> Contact:
        """How the applicant is notified outside the office."""
        return Contact(self.email, self.phone)

    def with_contact(self, contact: Contact, language: str) -> "Case":
        """Return the case with another way in which its applicant is notified."""
        return replace(self, email=contact.email, phone=contact.phone, language=language)

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

    def fingers_differed(self) -> "Case":
        """Return the case after a finger check at the hand-over that failed."""
        return replace(self, finger_mismatches=self.finger_mismatches + 1)

    def without_finger_check(self) -> "Case":
        """Return the case, whose finger check a supervisor waived."""
        return replace(self, finger_check_waived=True)

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
            date_tentative=completion.tentative,
            legal_due_on=self.legal_due_on or completion.legal_due_on,
        )

    def with_fingers(self, *, captured: bool, back_on: date | None) -> "Case":
        """Return the case whose fingers were captured, or are when they have healed, or never."""
        never = not captured and back_on is None
        return replace(self, without_fingerprints=never, come_back_on=back_on)

    def with_portrait(self, at: datetime) -> "Case":
        """Return the case with a portrait, accepted at an instant; it mends no other fault."""
        failure = self.print_failure
        if failure and failure.is_in_the_portrait:
            failure = None
        return replace(self, portrait_accepted_at=at, print_failure=failure)

    def require_portrait(self) -> None:
        """Raise PortraitMissing if there is no photo to be printed; a book that is made has one."""
        if self.portrait_accepted_at is None and not self.book_serial:
            raise PortraitMissing("submit the applicant's photo first")

    def no_longer_complete(self) -> "Case":
        """Return the case without its place in the queue, since its fingers are unusable."""
        return replace(
            self.without_emergency_document(),
            completed_at=None,
            queue_number=None,
            applied_on=None,
            due_on=None,
            delayed=False,
            print_failure=None,
            identification_due=False,
        )

    def with_next_encounter(self) -> "Case":
        """Return the next revision of the case, whose next fingers are another encounter."""
        return replace(
            self,
            encounter_number=self.encounter_number + 1,
            decision_id="",
            own_record_first=None,
            without_fingerprints=False,
            revision=self.revision + 1,
        )

    def linked_to(self, person_id: str) -> "Case":
        """Return the case as that of another person, who is the same."""
        return replace(self, person_id=person_id, linked=True)

    def promised(self, promise: PromisedDate) -> "Case":
        """Return the case with another promised date, and its own place in the queue."""
        return replace(
            self,
            promised_collection_date=promise.collect_on,
            date_tentative=promise.tentative,
            date_change_reason=None,
            delayed=False,
        )

    def reopened(self, promise: PromisedDate, granted_by: str, *, has_portrait: bool) -> "Case":
        """Return the refused case, to be decided again. has_portrait: not erased meanwhile.

        A book that is made stays its book.
        """
        kept = bool(self.book_serial)
        return replace(
            self.promised(promise).without_emergency_document(),
            document_number=self.document_number if kept else "",
            print_job=self.print_job if kept else "",
            ready_at=None,
            refusal_reason=None,
            print_failure=None,
            appeal_granted_by=granted_by,
            portrait_accepted_at=self.portrait_accepted_at if has_portrait else None,
        )

    def reexamined_after_the_hand_over(self, granted_by: str) -> "Case":
        """Return the refused case, whose holder is identified by other examiners once more."""
        return replace(
            self, identification_due=True, refusal_reason=None, appeal_granted_by=granted_by
        )

    def identified(
        self, decision_id: str, own_record_first: bool | None, *, examined: bool = False
    ) -> "Case":
        """Return the case with the matcher's decision. examined: whether examiners have to look.

        After the hand-over its identification is due until they have decided. Before the release
        an emergency document is not needed any more: a passport is made.
        """
        handed_over = self.state is ApplicationState.HANDED_OVER
        found = replace(
            self,
            decision_id=decision_id,
            own_record_first=own_record_first,
            identification_due=examined and handed_over,
            # Who was told that it is ready is told of the delay.
            delayed=self.delayed and self.state is not ApplicationState.READY,
        )
        # Of a print that failed the book may be reported yet: that is decided by its approval.
        failed = self.state is ApplicationState.PRINT_FAILED
        return found if failed else found.without_needless_emergency_document()

    def without_identification_due(self) -> "Case":
        """Return the case, which does not go on before its identification, or needs none more."""
        return replace(self, identification_due=False)

    def with_emergency_document(self, days: int) -> "Case":
        """Return the case of which an emergency document is made, under a number of its own.

        days: of its validity.
        """
        return replace(self, emergency_days=days, identification_due=True, document_number="")

    def without_emergency_document(self) -> "Case":
        """Return the case, of which a passport is made; a book that is made stays its book."""
        if self.book_serial:
            return self
        return replace(self, emergency_days=None, first_approved_by="")

    def without_needless_emergency_document(self) -> "Case":
        """Return the case, of which a passport is made if its applicant is identified in time.

        Once it is released the emergency document is made, unless its print fails.
        """
        needed = self.identification_due or self.released_on
        return self if needed else self.without_emergency_document()

    def first_approved(self, by: str) -> "Case":
        """Return the case with the identity of the first of two supervisors who approve it."""
        return replace(self, first_approved_by=by)

    def verified(self, decision_id: str) -> "Case":
        """Return the case, verified by a decision of the matcher and still to be identified.

        Raises BookMade: a book that is made already waits for no verification.
        """
        self.require_no_book()
        return replace(self, decision_id=decision_id, identification_due=True)

    def not_verified(self, decision_id: str) -> "Case":
        """Return the next revision of the case, compared with its own record without a match."""
        return replace(
            self, decision_id=decision_id, own_record_first=False, revision=self.revision + 1
        )

    def approved(self, document_number: str) -> "Case":
        """Return the case with the number of its document."""
        return replace(self, document_number=document_number, print_failure=None)

    def corrected(self, holder: bytes) -> "Case":
        """Return the case with other data to be printed, a serialized BiographicData."""
        return replace(self, holder=holder, print_failure=None)

    def with_documents(
        self, guardians: tuple[Guardian, ...], papers: LossPapers, *, married: bool
    ) -> "Case":
        """Return the case with what its accepted documents say."""
        return replace(
            self,
            guardians=guardians,
            married=married,
            police_report=papers.police_report,
            returned_document=papers.returned_document,
        )

    def with_family(self, guardians: tuple[Guardian, ...], *, married: bool) -> "Case":
        """Return the case with its holder's guardians, and whether the holder has married."""
        return replace(self, guardians=guardians, married=married)

    def excused(self, force_majeure: str) -> "Case":
        """Return the case of which a supervisor accepted force majeure: without its penalty."""
        fee = self.fee_rupiah
        if fee is None:
            return replace(self, force_majeure=force_majeure)
        left = fee - (self.penalty_rupiah or 0)
        return replace(self, force_majeure=force_majeure, fee_rupiah=left, penalty_rupiah=0)

    def interviewed(self, finding: LossFinding | None) -> "Case":
        """Return the case with what the interview found about a loss."""
        return replace(self, loss_finding=finding)

    def compared(self, differences: tuple[str, ...]) -> "Case":
        """Return the case with the fields in which it differs from the earlier document."""
        return replace(self, holder_differences=differences)

    def refused(self, reason: LocalizedText) -> "Case":
        """Return the case with the reason of its refusal, as the applicant is notified of it."""
        return replace(self, refusal_reason=reason)

    def released(self, on: date, expires_on: date) -> "Case":
        """Return the case, released to the printer on a day. expires_on: last day of its book."""
        return replace(self, released_on=on, issued_on=on, expires_on=expires_on)

    def on_page(self, document_number: str, issued_on: date, expires_on: date) -> "Case":
        """Return the case with the number and the days that a page made before shows."""
        return replace(
            self, document_number=document_number, issued_on=issued_on, expires_on=expires_on
        )

    def with_print_job(self, job: str) -> "Case":
        """Return the next revision of the case, with the print job that makes its book."""
        return replace(self, print_job=job, revision=self.revision + 1)

    def not_printed(self) -> "Case":
        """Return the case whose book is not made after all; that of its day is another's."""
        return replace(self, released_on=None)

    def without_print_job(self) -> "Case":
        """Return the case without the print job that its printer has lost."""
        return replace(self, print_job="")

    def require_not_printing(self) -> None:
        """Raise AtThePrinter while the case's data are at the printer."""
        if self.is_at_the_printer:
            raise AtThePrinter(
                "the printing office must cancel the print job first (CancelPrintJob)",
                job_id=self.print_job,
            )

    def require_no_book(self) -> None:
        """Raise AtThePrinter or BookMade: other data or another photo are printed no more."""
        self.require_not_printing()
        if self.book_serial:
            raise BookMade("withdraw the application, destroy the book and apply again")

    def require_identified(self) -> None:
        """Raise IdentificationDue while its book is not handed over because of it."""
        if self.awaits_identification:
            raise IdentificationDue("the applicant is to be identified before the hand-over")

    def print_failed(self, failure: PrintFailure) -> "Case":
        """Return the case without its print job; the book of its day is another's.

        What is printed next may be a passport: not under the number of an emergency document.
        """
        number = "" if self.makes_emergency_document else self.document_number
        return replace(
            self, released_on=None, print_job="", print_failure=failure, document_number=number
        )

    def printed(self, book_serial: str) -> "Case":
        """Return the case with its finished book."""
        return replace(self, book_serial=book_serial, print_failure=None)

    def with_proxy(self, proxy: Proxy | None) -> "Case":
        """Return the case with who may collect its passport in place of the holder, if anybody."""
        return replace(self, proxy=proxy)

    def reminded(self, collect_until: date) -> "Case":
        """Return the case with the last day of collection, of which its applicant is reminded."""
        return replace(self, collect_until=collect_until)

    def handed_over(self, at: datetime) -> "Case":
        """Return the case, its passport handed over."""
        return replace(self, handed_over_at=at)
