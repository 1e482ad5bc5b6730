"""Documents as messages of the contract."""

from datetime import date

from passport.issuance.v1 import documents_pb2 as pb

from issuance.domain.document import Document
from issuance.domain.open_item import ResolvedItem
from issuance.serialization import calendar_date
from issuance.service.encode_values import optional_date, timestamp
from issuance.service.enum_codes import DOCUMENT_STATUSES


def document(found: Document, today: date) -> pb.Document:
    """Return a document. today: at its office."""
    return pb.Document(
        document_number=found.number,
        person_id=found.person_id,
        application_id=found.case,
        office=found.office,
        book_serial=found.book_serial,
        issued_on=calendar_date(found.issued_on),
        expires_on=optional_date(found.expires_on),
        status=DOCUMENT_STATUSES[found.status_on(today)],
        status_since=timestamp(found.status_since),
        status_by=found.status_by,
        status_reason=found.status_reason,
    )


def destroyed_book(item: ResolvedItem) -> pb.Document:
    """Return a book that fitted no application and was destroyed, as a revoked document."""
    return pb.Document(
        document_number=item.document_number,
        application_id=item.case,
        office=item.office,
        book_serial=item.book_serial,
        status=pb.DOCUMENT_STATUS_REVOKED,
        status_since=timestamp(item.resolution.at),
        status_by=item.resolution.by,
        status_reason=item.resolution.explanation,
    )
