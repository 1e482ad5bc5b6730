"""Steps that people take with an application and that change more than its state: portrait,
corrections, approval, refusal, withdrawal, appointment of a proxy."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from issuance.domain import (
    case_collection,
    case_decision,
    case_identification,
    case_intake,
    case_printing,
    emergency_document,
)
from issuance.domain.activity import Activity
from issuance.domain.actor import ISSUANCE, Actor
from issuance.domain.case import Case
from issuance.domain.collector import Proxy
from issuance.domain.contact import NO_CONTACT
from issuance.domain.document import HolderDiffers
from issuance.domain.events import ApplicationEvent
from issuance.domain.formatting import LocalizedText
from issuance.domain.guardian import Guardian, require_guardians
from issuance.domain.history import EventDetails
from issuance.domain.print_failure import DOCUMENT_ALREADY_CLEARED
from issuance.domain.replacement import require_explained_negligence
from issuance.domain.separation_of_duties import (
    require_not_examined_by,
    require_second,
    require_separate_duties,
)
from issuance.domain.states import DOCUMENTS_DUE, ApplicationState
from issuance.domain.transitions import find_transition
from issuance.domain.validity import ValidityRule
from issuance.holder_names import holder_born_on
from issuance.store.records import Records
from issuance.use_cases.adjudicate import withdraw_tasks
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.create_application import compared_with_earlier, index_holder
from issuance.use_cases.document_numbers import DocumentNumbers
from issuance.use_cases.require_not_stopped import require_not_stopped

ASK_AT_THE_OFFICE = LocalizedText("silakan bertanya di kantor", "please ask at the office")


@dataclass(frozen=True, slots=True)
class Correction:
    """What replaces the data of a case. holder: a serialized BiographicData.

    guardians: empty leaves those of a child. married, identity_number: None leaves it.
    """

    holder: bytes
    guardians: tuple[Guardian, ...] = ()
    married: bool | None = None
    identity_number: str | None = None


async def submit_portrait(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    portrait: bytes,
    apply_transition: ApplyTransition,
) -> Case:
    """Store a portrait, a JPEG as it is printed, in place of an earlier one.

    Raises IllegalTransition, NotPermitted, AtThePrinter, BookMade.
    """
    find_transition(case.state, ApplicationEvent.SUBMIT_PORTRAIT, by.role)
    case_printing.require_no_book(case)
    case = await apply_transition(
        records, case_intake.with_portrait(case, now), ApplicationEvent.SUBMIT_PORTRAIT, by, now
    )
    await records.portraits.store(case.id, portrait)
    return case


async def except_portrait(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    portrait: bytes,
    reason: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Store a portrait as above whose defects a supervisor excepts, for a reason in words.

    Whoever does so has taken part in the intake, so that another supervisor approves.
    Raises IllegalTransition, NotPermitted, AtThePrinter, BookMade.
    """
    find_transition(case.state, ApplicationEvent.EXCEPT_PORTRAIT, by.role)
    case_printing.require_no_book(case)
    case = await apply_transition(
        records,
        case_intake.with_portrait(case, now),
        ApplicationEvent.EXCEPT_PORTRAIT,
        by,
        now,
        EventDetails(reason=reason),
    )
    await records.portraits.store(case.id, portrait)
    return case


async def require_portraits(
    records: Records, now: datetime, apply_transition: ApplyTransition
) -> None:
    """Take back the approvals given by versions that printed no portrait.

    The officer sees that the photo is missing, submits it, and a supervisor approves again.
    """
    for case in await records.cases.without_portrait(ApplicationState.APPROVED):
        await apply_transition(records, case, ApplicationEvent.REQUIRE_PORTRAIT, ISSUANCE, now)


async def approve(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    numbers: DocumentNumbers,
    apply_transition: ApplyTransition,
    reason: str = "",
) -> Case:
    """Approve a case, which gets its document number unless it was approved before.

    An emergency document of somebody who is not identified waits for a second supervisor then.

    reason: why its data differ from those of the earlier document, if they do, and why a passport
    lost by negligence is replaced now.
    One whose book was made before examiners cleared it is READY. Raises IllegalTransition,
    NotPermitted, AtThePrinter, IdentificationDue, StoppedByOutage, SeparationOfDuties,
    TravelBanHeld, PortraitMissing, EnrolmentLost, EnrolmentUnconfirmed, HolderDiffers,
    LostByNegligence.
    """
    event = _approval_of(case)
    find_transition(case.state, event, by.role)
    case_printing.require_not_printing(case)
    if case.book_serial:
        case_identification.require_identified(case)
    await require_not_stopped(records, case.office, Activity.APPROVAL)
    require_separate_duties(event, by.person, await records.history.of_case(case.id))
    require_second(by.person, case.first_approved_by, event)
    examiners = await records.adjudication_tasks.examiners_of(case.id)
    require_not_examined_by(by.person, examiners, event)
    case_decision.require_not_held(case)
    case_intake.require_portrait(case)
    await records.enrolments.require(case.id)
    _require_explained_differences(case, reason)
    require_explained_negligence(case.loss_finding, reason)
    if event is ApplicationEvent.APPROVE_FIRST:
        first = case_decision.first_approved(case, by.person)
        details = EventDetails(reason=reason)
        return await apply_transition(records, first, event, by, now, details)
    case = emergency_document.without_needless_emergency_document(case)
    number, failure = case.document_number, case.print_failure
    if not number or (failure and failure.reason == DOCUMENT_ALREADY_CLEARED):
        number = await numbers.next(records)
    details = EventDetails(document_number=number, reason=reason)
    return await apply_transition(
        records, case_decision.approved(case, number), event, by, now, details
    )


def _approval_of(case: Case) -> ApplicationEvent:
    if case.book_serial:
        return ApplicationEvent.APPROVE_BOOK
    if case.awaits_two_approvals and not case.first_approved_by:
        return ApplicationEvent.APPROVE_FIRST
    return ApplicationEvent.APPROVE


async def correct_data(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    correction: Correction,
    reason: str,
    today: date,
    validity: ValidityRule,
    apply_transition: ApplyTransition,
) -> Case:
    """Replace the data of a case; the history keeps both. today: at the office.

    What was approved has to be approved again. No clearance is valid for a case here: one is signed
    when a case is released, over the data that it has then. Raises AtThePrinter, and BookMade or
    IllegalTransition once a book is made: a printer makes no second one for an application;
    GuardianRequired, GuardianNotNeeded, GuardianConsentMissing.
    """
    case_printing.require_not_printing(case)
    find_transition(case.state, ApplicationEvent.CORRECT_DATA, by.role)
    case_printing.require_no_book(case)
    number = correction.identity_number
    number = case.identity_number if number is None else number
    corrected = _with_corrected_family(case, correction, today, validity)
    corrected = case_intake.corrected(corrected, correction.holder, number)
    corrected = await compared_with_earlier(records, corrected)
    await index_holder(records, corrected)
    details = EventDetails(
        reason=reason,
        previous_holder=case.holder,
        corrected_holder=corrected.holder,
        previous_identity_number=case.identity_number,
        corrected_identity_number=number,
    )
    return await apply_transition(
        records, corrected, ApplicationEvent.CORRECT_DATA, by, now, details
    )


def _with_corrected_family(
    case: Case, correction: Correction, today: date, validity: ValidityRule
) -> Case:
    """Return the case with the guardians that it has after the correction: none of an adult."""
    married = case.married if correction.married is None else correction.married
    is_child = validity.is_child(holder_born_on(correction.holder), today, married=married)
    guardians = correction.guardians or (case.guardians if is_child else ())
    if guardians or case.state not in DOCUMENTS_DUE:
        require_guardians(guardians, is_child=is_child)
    return case_intake.with_family(case, guardians, married=married)


async def refuse(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    reason: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Refuse a case. reason: for the applicant, in whatever language it was given.

    Of one that is held the applicant is told to ask at the office; the history has the reason. One
    whose identification is due is not identified any more. Raises AtThePrinter.
    """
    find_transition(case.state, ApplicationEvent.REFUSE, by.role)
    case_printing.require_not_printing(case)
    told = ASK_AT_THE_OFFICE if case.is_held else LocalizedText(reason, reason)
    refused = case_decision.refused(case, told)
    details = EventDetails(reason=reason)
    refused = await apply_transition(records, refused, ApplicationEvent.REFUSE, by, now, details)
    await records.fingers.delete(case.id)
    return refused


async def withdraw(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    apply_transition: ApplyTransition,
    reason: str = "",
) -> Case:
    """Withdraw a case; erase fingerprints, at the matcher too, portrait, contact and guardians.

    Raises AtThePrinter.
    """
    case_printing.require_not_printing(case)
    details = EventDetails(reason=reason)
    case = replace(case, identification_due=False, guardians=())
    case = await apply_transition(records, case, ApplicationEvent.WITHDRAW, by, now, details)
    await withdraw_tasks(records, case.id, now)
    await records.fingers.delete(case.id)
    await records.portraits.delete(case.id)
    await records.contacts.erase(case.id)
    return case_collection.with_proxy(
        case_intake.with_contact(case, NO_CONTACT, case.language), None
    )


async def appoint_proxy(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    proxy: Proxy | None,
    apply_transition: ApplyTransition,
) -> Case:
    """Record who may collect the passport in place of the holder. None: nobody any more.

    The history says that it was changed, and not to whom, since proxies are erased.
    """
    appointed = replace(proxy, appointed_by=by.person) if proxy else None
    return await apply_transition(
        records,
        case_collection.with_proxy(case, appointed),
        ApplicationEvent.APPOINT_PROXY,
        by,
        now,
    )


def _require_explained_differences(case: Case, reason: str) -> None:
    if case.holder_differences and not reason.strip():
        raise HolderDiffers(
            "say why the data differ from those of the earlier document",
            field="reason",
            fields=", ".join(case.holder_differences),
        )
