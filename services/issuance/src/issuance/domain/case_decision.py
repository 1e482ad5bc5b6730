"""What supervisors decide about a case: approval, refusal, appeal, and holding it back."""

from collections.abc import Iterable
from dataclasses import replace

from issuance.domain import case_queue, emergency_document
from issuance.domain.case import Case
from issuance.domain.completion import PromisedDate
from issuance.domain.formatting import LocalizedText
from issuance.domain.travel_ban import TravelBanHeld


def held(case: Case, references: Iterable[str]) -> Case:
    """Return the case, held because of further entries of the travel-ban list."""
    return replace(case, travel_ban_hits=(*case.travel_ban_hits, *references))


def cleared(case: Case) -> Case:
    """Return the case, held no more: the entries so far do not hold it again.

    The time in which it can be collected is told anew.
    """
    cleared = (*case.travel_bans_cleared, *case.travel_ban_hits)
    return replace(case, travel_ban_hits=(), travel_bans_cleared=cleared, collect_until=None)


def require_not_held(case: Case) -> None:
    """Raise TravelBanHeld if it is held."""
    if case.is_held:
        raise TravelBanHeld("it waits for a supervisor: see its history")


def first_approved(case: Case, by: str) -> Case:
    """Return the case with the identity of the first of two supervisors who approve it."""
    return replace(case, first_approved_by=by)


def approved(case: Case, document_number: str) -> Case:
    """Return the case with the number of its document."""
    return replace(case, document_number=document_number, print_failure=None)


def refused(case: Case, reason: LocalizedText) -> Case:
    """Return the case with the reason of its refusal, as the applicant is notified of it."""
    return replace(case, refusal_reason=reason)


def reopened(case: Case, promise: PromisedDate, granted_by: str, *, has_portrait: bool) -> Case:
    """Return the refused case, to be decided again. has_portrait: not erased meanwhile.

    A book that is made stays its book.
    """
    kept = bool(case.book_serial)
    return replace(
        emergency_document.without_emergency_document(case_queue.promised(case, promise)),
        document_number=case.document_number if kept else "",
        print_job=case.print_job if kept else "",
        ready_at=None,
        refusal_reason=None,
        print_failure=None,
        appeal_granted_by=granted_by,
        portrait_accepted_at=case.portrait_accepted_at if has_portrait else None,
    )


def reexamined_after_the_hand_over(case: Case, granted_by: str) -> Case:
    """Return the refused case, whose holder is identified by other examiners once more."""
    return replace(case, identification_due=True, refusal_reason=None, appeal_granted_by=granted_by)
