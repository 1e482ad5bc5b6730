"""When an application may make an emergency document in place of a passport.

It is for who must travel while nobody can be identified: of short validity, approved by two
supervisors, and with the identification still due. ICAO Doc 9303-8 calls it emergency travel
document; Indonesia's is the SPLP (Law 6/2011, article 24; Permenkumham 8/2014, article 43).
"""

from collections.abc import Iterable
from dataclasses import replace

from servicekit.errors import DomainError, ErrorKind

from issuance.domain import case_printing
from issuance.domain.activity import Activity
from issuance.domain.case import Case
from issuance.domain.outage import Outage
from issuance.domain.outage_policy import OutagePolicy
from issuance.domain.states import ApplicationState


class EmergencyDocumentNotAllowed(DomainError):
    """No outage that lasts allows one by the outage policy, or the applicant does not wait for the
    identification alone."""

    kind = ErrorKind.PRECONDITION
    reason = "EMERGENCY_DOCUMENT_NOT_ALLOWED"


class NoEmergencyDocument(DomainError):
    """No emergency document is to be made of the application any more, or none ever was."""

    kind = ErrorKind.PRECONDITION
    reason = "NO_EMERGENCY_DOCUMENT"


def allowed_days(outages: Iterable[Outage], office: str, policy: OutagePolicy) -> int | None:
    """Return how many days an emergency document of an office is valid that is asked for now.

    outages: the ongoing ones. Each that stops the identification has to allow it, and the shortest
    validity holds. None: not allowed, also if identification is not stopped.
    """
    stopping = [
        outage
        for outage in outages
        if outage.affects(office) and outage.stops(Activity.IDENTIFICATION)
    ]
    days = [policy.emergency_days(outage) for outage in stopping]
    allowed = [each for each in days if each is not None]
    return min(allowed) if allowed and len(allowed) == len(days) else None


def require_emergency_document(case: Case, days: int | None) -> int:
    """Return the days for which the emergency document of a case is valid. days: as allowed.

    Who was compared with their own record and did not match waits: somebody had doubts.
    Raises EmergencyDocumentNotAllowed, AtThePrinter, BookMade.
    """
    case_printing.require_no_book(case)
    waits = case.state is ApplicationState.IDENTIFYING or case.identification_due
    if not waits or case.makes_emergency_document:
        raise EmergencyDocumentNotAllowed("the applicant does not wait for the identification")
    if case.own_record_first is False:
        raise EmergencyDocumentNotAllowed("the applicant did not match their own record")
    if days is None:
        raise EmergencyDocumentNotAllowed("no outage that lasts allows it by the outage policy")
    return days


def require_cancellable(case: Case) -> None:
    """Raise NoEmergencyDocument unless one is to be made of a case that is not identified."""
    if not (case.makes_emergency_document and case.identification_due):
        raise NoEmergencyDocument("no emergency document is to be made of the application")


def with_emergency_document(case: Case, days: int) -> Case:
    """Return the case of which an emergency document is made, under a number of its own.

    days: of its validity.
    """
    return replace(case, emergency_days=days, identification_due=True, document_number="")


def without_emergency_document(case: Case) -> Case:
    """Return the case, of which a passport is made; a book that is made stays its book."""
    if case.book_serial:
        return case
    return replace(case, emergency_days=None, first_approved_by="")


def without_needless_emergency_document(case: Case) -> Case:
    """Return the case, of which a passport is made if its applicant is identified in time.

    Once it is released the emergency document is made, unless its print fails.
    """
    needed = case.identification_due or case.released_on
    return case if needed else without_emergency_document(case)
