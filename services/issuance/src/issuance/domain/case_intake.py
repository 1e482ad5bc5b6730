"""What its data, documents, photo, fingers and interview change in a case."""

from dataclasses import replace
from datetime import date, datetime

from issuance.domain.case import Case
from issuance.domain.contact import Contact
from issuance.domain.guardian import Guardian
from issuance.domain.portrait import PortraitMissing
from issuance.domain.replacement import LossFinding, LossPapers


def with_contact(case: Case, contact: Contact, language: str) -> Case:
    """Return the case with another way in which its applicant is notified."""
    return replace(case, email=contact.email, phone=contact.phone, language=language)


def corrected(case: Case, holder: bytes, identity_number: str) -> Case:
    """Return the case with other data. holder: to be printed, a serialized BiographicData."""
    return replace(case, holder=holder, identity_number=identity_number, print_failure=None)


def compared(case: Case, differences: tuple[str, ...]) -> Case:
    """Return the case with the fields in which it differs from the earlier document."""
    return replace(case, holder_differences=differences)


def with_documents(
    case: Case, guardians: tuple[Guardian, ...], papers: LossPapers, *, married: bool
) -> Case:
    """Return the case with what its accepted documents say."""
    return replace(
        case,
        guardians=guardians,
        married=married,
        police_report=papers.police_report,
        returned_document=papers.returned_document,
    )


def with_family(case: Case, guardians: tuple[Guardian, ...], *, married: bool) -> Case:
    """Return the case with its holder's guardians, and whether the holder has married."""
    return replace(case, guardians=guardians, married=married)


def excused(case: Case, force_majeure: str) -> Case:
    """Return the case of which a supervisor accepted force majeure: without its penalty."""
    fee = case.fee_rupiah
    if fee is None:
        return replace(case, force_majeure=force_majeure)
    left = fee - (case.penalty_rupiah or 0)
    return replace(case, force_majeure=force_majeure, fee_rupiah=left, penalty_rupiah=0)


def with_fingers(case: Case, *, captured: bool, back_on: date | None) -> Case:
    """Return the case whose fingers were captured, or are when they have healed, or never."""
    never = not captured and back_on is None
    return replace(case, without_fingerprints=never, come_back_on=back_on)


def with_portrait(case: Case, at: datetime) -> Case:
    """Return the case with a portrait, accepted at an instant; it mends no other fault."""
    failure = case.print_failure
    if failure and failure.is_in_the_portrait:
        failure = None
    return replace(case, portrait_accepted_at=at, print_failure=failure)


def require_portrait(case: Case) -> None:
    """Raise PortraitMissing if there is no photo to be printed; a book that is made has one."""
    if case.portrait_accepted_at is None and not case.book_serial:
        raise PortraitMissing("submit the applicant's photo first")


def interviewed(case: Case, finding: LossFinding | None) -> Case:
    """Return the case with what the interview found about a loss."""
    return replace(case, loss_finding=finding)
