"""What the identification of its applicant changes in a case, also after the hand-over."""

from dataclasses import replace

from issuance.domain import case_printing, emergency_document
from issuance.domain.case import Case
from issuance.domain.case_errors import IdentificationDue
from issuance.domain.states import ApplicationState


def with_next_encounter(case: Case) -> Case:
    """Return the case, whose next fingers are another encounter."""
    return replace(
        case,
        encounter_number=case.encounter_number + 1,
        decision_id="",
        own_record_first=None,
        without_fingerprints=False,
    )


def linked_to(case: Case, person_id: str) -> Case:
    """Return the case as that of another person, who is the same."""
    return replace(case, person_id=person_id, linked=True)


def identified(
    case: Case, decision_id: str, own_record_first: bool | None, *, examined: bool = False
) -> Case:
    """Return the case with the matcher's decision. examined: whether examiners have to look.

    After the hand-over its identification is due until they have decided. Before the release
    an emergency document is not needed any more: a passport is made.
    """
    handed_over = case.state is ApplicationState.HANDED_OVER
    found = replace(
        case,
        decision_id=decision_id,
        own_record_first=own_record_first,
        identification_due=examined and handed_over,
        # Who was told that it is ready is told of the delay.
        delayed=case.delayed and case.state is not ApplicationState.READY,
    )
    # Of a print that failed the book may be reported yet: that is decided by its approval.
    failed = case.state is ApplicationState.PRINT_FAILED
    return found if failed else emergency_document.without_needless_emergency_document(found)


def verified(case: Case, decision_id: str) -> Case:
    """Return the case, verified by a decision of the matcher and still to be identified.

    Raises BookMade: a book that is made already waits for no verification.
    """
    case_printing.require_no_book(case)
    return replace(case, decision_id=decision_id, identification_due=True)


def not_verified(case: Case, decision_id: str) -> Case:
    """Return the next revision of the case, compared with its own record without a match."""
    return replace(
        case, decision_id=decision_id, own_record_first=False, revision=case.revision + 1
    )


def without_verification(case: Case) -> Case:
    """Return the case, of whose applicant nobody knows whether they match their own record."""
    return replace(case, decision_id="", own_record_first=None)


def without_identification_due(case: Case) -> Case:
    """Return the case, which does not go on before its identification, or needs none more."""
    return replace(case, identification_due=False)


def require_identified(case: Case) -> None:
    """Raise IdentificationDue while its book is not handed over because of it."""
    if case.awaits_identification:
        raise IdentificationDue("the applicant is to be identified before the hand-over")
