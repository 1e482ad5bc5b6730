"""Passports that were made: whose they are, and whether they are valid."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

REPLACED = "another document was handed over"
"""Why a document is revoked as its holder gets another one."""
TWO_VALID_PASSPORTS = "its holder had another valid passport, under another identity"
"""Why a document is revoked as its holder turns out to be another person on record."""
SINCE_ONE_PERSON = frozenset({TWO_VALID_PASSPORTS, REPLACED})
"""Why a passport is revoked because of another one of the same person. Its holder may still have
it, and it is valid again if they turn out to be another person."""


class DocumentStatus(StrEnum):
    """What a document is good for. EXPIRED is not stored: it follows from the day."""

    MADE = "made"
    """Finished and not handed over; the holder's earlier document is valid until then."""
    VALID = "valid"
    REVOKED = "revoked"
    LOST = "lost"
    STOLEN = "stolen"
    EXPIRED = "expired"


class DocumentNotFound(DomainError):
    """The register has no such document."""

    kind = ErrorKind.NOT_FOUND
    reason = "DOCUMENT_NOT_FOUND"


class DocumentNotInUse(DomainError):
    """The document is not valid any more, nor replaced by another one (metadata: status)."""

    kind = ErrorKind.PRECONDITION
    reason = "DOCUMENT_NOT_IN_USE"


class DocumentOfAnotherPerson(DomainError):
    """The document is not one of the person named beside it."""

    kind = ErrorKind.INVALID
    reason = "DOCUMENT_OF_ANOTHER_PERSON"


class LossNotReported(DomainError):
    """A lost document is reported first (metadata: document_number)."""

    kind = ErrorKind.PRECONDITION
    reason = "LOSS_NOT_REPORTED"


class HolderDiffers(DomainError):
    """The data differ from the earlier document's; the supervisor says why (metadata: fields)."""

    kind = ErrorKind.PRECONDITION
    reason = "HOLDER_DIFFERS"


@dataclass(frozen=True, slots=True)
class Document:
    """One passport. holder: what is printed in it, a serialized BiographicData.

    expires_on: None if an earlier version made it. status_since, status_reason: of the last change
    of the status. status_by: identity of the person who caused that.
    """

    number: str
    person_id: str
    case: str
    office: str
    book_serial: str
    holder: bytes
    issued_on: date
    expires_on: date | None
    status: DocumentStatus
    status_since: datetime
    status_by: str
    status_reason: str = ""

    def status_on(self, day: date) -> DocumentStatus:
        """Return the status on a day."""
        expired = self.expires_on is not None and day > self.expires_on
        if self.status is DocumentStatus.VALID and expired:
            return DocumentStatus.EXPIRED
        return self.status

    def changed(
        self, status: DocumentStatus, at: datetime, by: str, reason: str = ""
    ) -> "Document":
        """Return the document with another status."""
        return replace(self, status=status, status_since=at, status_by=by, status_reason=reason)

    def reported_missing(
        self, status: DocumentStatus, at: datetime, by: str, reason: str
    ) -> "Document":
        """Return the document, reported LOST or STOLEN. Raises DocumentNotInUse.

        A document that was found after that stays what it was reported: others may have seen it.
        One that was replaced is reported too, so that nothing makes it valid again.
        """
        replaced = self.status is DocumentStatus.REVOKED and self.status_reason in SINCE_ONE_PERSON
        if self.status is not DocumentStatus.VALID and not replaced:
            raise DocumentNotInUse(
                f"the document is {self.status}", field="document_number", status=self.status
            )
        return self.changed(status, at, by, reason)
