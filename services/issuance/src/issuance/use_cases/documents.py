"""What becomes of documents: made, handed over, revoked, reported lost or stolen."""

from dataclasses import replace
from datetime import date, datetime

from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.document import Document, DocumentNotFound, DocumentStatus, RevocationCause
from issuance.domain.open_item import ResolvedItem
from issuance.domain.validity import ValidityRule
from issuance.store.records import Records

_GOOD = frozenset({DocumentStatus.MADE, DocumentStatus.VALID})


async def record_made(
    records: Records, case: Case, by: Actor, at: datetime, day: date, validity: ValidityRule
) -> None:
    """Enter the finished book of a case.

    day: of the office, for a case that an earlier version released.
    """
    issued_on = case.issued_on or day
    made = _document(case, case.book_serial, issued_on, by, at)
    expires_on = validity.printed_last_day(case.expires_on, issued_on)
    await records.documents.add(replace(made, expires_on=expires_on))


def _document(case: Case, book_serial: str, issued_on: date, by: Actor, at: datetime) -> Document:
    return Document(
        number=case.document_number,
        person_id=case.person_id,
        case=case.id,
        office=case.office,
        book_serial=book_serial,
        holder=case.holder,
        issued_on=issued_on,
        expires_on=None,
        status=DocumentStatus.MADE,
        status_since=at,
        status_by=by.person,
    )


async def record_handed_over(records: Records, case: Case, by: Actor, at: datetime) -> None:
    """Make the document of a case valid, and revoke those that its holder had.

    One that is valid already is that of another person's record from now on.
    """
    own = await records.documents.get(case.document_number)
    # Examiners may have found after it was made whose it is.
    own = replace(own, person_id=case.person_id)
    if own.status in _GOOD:
        await _revoke_earlier(records, case, by, at)
    if own.status is DocumentStatus.MADE:
        own = own.changed(DocumentStatus.VALID, at, by.person)
    await records.documents.save(own)


async def _revoke_earlier(records: Records, case: Case, by: Actor, at: datetime) -> None:
    for person in sorted(await records.adjudication_tasks.persons_of(case)):
        earlier = await records.documents.valid_of(person)
        if earlier and earlier.case != case.id:
            revoked = earlier.superseded(RevocationCause.REPLACED, at, by.person)
            await records.documents.save(revoked)


async def revoke(records: Records, case: Case, by: Actor, at: datetime, reason: str) -> None:
    """Revoke the document of a case; one that was reported lost or stolen stays that."""
    found = await records.documents.get(case.document_number)
    if found.status in _GOOD:
        await records.documents.save(found.revoked_with_application(at, by.person, reason))


async def reinstate_made(
    records: Records, case: Case, by: Actor, at: datetime, reason: str
) -> None:
    """Take back that the document of a case was revoked; it is not handed over before others have
    examined the case and approved it."""
    revoked = await records.documents.get(case.document_number)
    await records.documents.save(revoked.changed(DocumentStatus.MADE, at, by.person, reason))


async def look_up_document(records: Records, number: str) -> Document | ResolvedItem:
    """Return a document, or a book that fitted no application and was destroyed.

    Raises DocumentNotFound.
    """
    try:
        return await records.documents.get(number)
    except DocumentNotFound:
        if destroyed := await records.open_items.destroyed_book(number):
            return destroyed
        raise
