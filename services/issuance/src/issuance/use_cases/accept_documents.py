"""The check of the documents: guardians of children, and what a loss or damage needs."""

from dataclasses import dataclass
from datetime import date, datetime

from issuance.domain import case_intake
from issuance.domain.actor import Actor
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.document import DocumentNotInUse, DocumentOfAnotherPerson
from issuance.domain.events import ApplicationEvent
from issuance.domain.guardian import Guardian, require_guardians
from issuance.domain.history import EventDetails
from issuance.domain.replacement import (
    NO_PAPERS,
    LossPapers,
    require_loss_papers,
    require_replaceable,
)
from issuance.domain.transitions import find_transition
from issuance.domain.validity import ValidityRule
from issuance.holder_names import holder_born_on
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition


@dataclass(frozen=True, slots=True)
class ShownDocuments:
    """What was shown or handed in at the counter. married: whether the applicant has married."""

    guardians: tuple[Guardian, ...] = ()
    married: bool = False
    loss_papers: LossPapers = NO_PAPERS


async def accept_documents(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    shown: ShownDocuments,
    today: date,
    validity: ValidityRule,
    apply_transition: ApplyTransition,
) -> Case:
    """Return the case with its documents in order. today: at its office.

    Raises IllegalTransition, NotPermitted, GuardianRequired, GuardianNotNeeded,
    GuardianConsentMissing, PoliceReportRequired, OldBookRequired, DocumentOfAnotherPerson,
    DocumentNotInUse.
    """
    event = ApplicationEvent.ACCEPT_DOCUMENTS
    find_transition(case.state, event, by.role)
    is_child = validity.is_child(holder_born_on(case.holder), today, married=shown.married)
    require_guardians(shown.guardians, is_child=is_child)
    require_loss_papers(case.type, shown.loss_papers, force_majeure=bool(case.force_majeure))
    await _require_own_book(records, case, shown.loss_papers.returned_document)
    accepted = case_intake.with_documents(
        case, shown.guardians, shown.loss_papers, married=shown.married
    )
    return await apply_transition(records, accepted, event, by, now)


async def accept_force_majeure(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    reason: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Accept that a passport was lost or damaged by force majeure, before anything is paid.

    Raises IllegalTransition, NotPermitted, NothingToReplace.
    """
    require_replaceable(case.type)
    details = EventDetails(reason=reason)
    event = ApplicationEvent.ACCEPT_FORCE_MAJEURE
    return await apply_transition(
        records, case_intake.excused(case, reason), event, by, now, details
    )


async def _require_own_book(records: Records, case: Case, returned: str) -> None:
    """Raise DocumentOfAnotherPerson or DocumentNotInUse if the register knows of another book.

    That is, if the book is not the applicant's, or is an earlier one beside one that is valid.
    Books that were made before the register was begun are not in it.
    """
    if case.type is not ApplicationType.REPLACEMENT_DAMAGED:
        return
    known = await records.documents.find(returned)
    valid = await records.documents.valid_of(case.person_id)
    if known.person_id != case.person_id if known else valid:
        raise DocumentOfAnotherPerson(
            "the book is not the applicant's", field="returned_document_number"
        )
    if known and valid and known.number != valid.number:
        raise DocumentNotInUse(
            "the applicant has another passport, which is valid",
            field="returned_document_number",
            status=known.status,
        )
