"""A passport is reported lost or stolen; a book that was to be given back is looked for no more."""

from datetime import datetime

from issuance.domain.actor import Actor
from issuance.domain.document import Document, DocumentStatus
from issuance.domain.open_item import Resolution, ResolutionReason
from issuance.store.records import Records
from issuance.use_cases.open_item_kinds.superseded_books import settle_book


async def report_missing(
    records: Records, number: str, status: DocumentStatus, by: Actor, at: datetime, reason: str
) -> Document:
    """Record that a document is LOST or STOLEN. Raises DocumentNotFound, DocumentNotInUse.

    An open item of its book, revoked since its holder was on record twice, is settled by that.
    """
    await records.person_merges.lock_shared()
    document = await records.documents.get(number)
    missing = document.reported_missing(status, at, by.person, reason)
    await records.documents.save(missing)
    resolution = Resolution(ResolutionReason.OTHER, f"reported {status}: {reason}", by.person, at)
    books = await records.person_merges.open_books(
        await records.person_merges.of_open_books(number)
    )
    for merge, book in books.items():
        if settled := await settle_book(records, merge, book, resolution):
            await records.open_items.add_resolved(settled)
    return missing
