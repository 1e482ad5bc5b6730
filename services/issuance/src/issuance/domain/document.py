"""Passports that were made: whose they are, and whether they are valid."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

TWO_VALID_PASSPORTS = "its holder had another valid passport, under another identity"


class DocumentStatus(StrEnum):
    """What a document is good for. EXPIRED is not stored: it follows from the day."""

    MADE = "made"
    """Finished and not handed over; the holder's earlier document is valid until then."""
    VALID = "valid"
    REVOKED = "revoked"
    LOST = "lost"
    STOLEN = "stolen"
    EXPIRED = "expired"


class RevocationCause(StrEnum):
    """What revoked a document, whatever people wrote beside it."""

    REPLACED = "replaced"
    """Its holder was handed another one."""
    TWO_VALID_PASSPORTS = "two_valid_passports"
    """Its holder turned out to be another person on record, who had a valid one."""
    APPLICATION = "application"
    """Its application was withdrawn, refused or cancelled."""


_REASONS = {
    RevocationCause.REPLACED: "another document was handed over",
    RevocationCause.TWO_VALID_PASSPORTS: TWO_VALID_PASSPORTS,
}


class DocumentNotFound(DomainError):
    """The register has no such document."""

    kind = ErrorKind.NOT_FOUND
    reason = "DOCUMENT_NOT_FOUND"


class DocumentNotInUse(DomainError):
    """The document is not valid, nor a replaced one that is reported lost (metadata: status)."""

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
    of the status. status_by: identity of the person who caused that. revoked_for: None unless it is
    revoked, and if an earlier version revoked it without recording the cause.
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
    revoked_for: RevocationCause | None = None

    @property
    def is_superseded(self) -> bool:
        """Whether it is revoked because of another document of the same person.

        Its holder may still have it, and it is valid again if they turn out to be another person.
        """
        return self.revoked_for in _REASONS

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
        return replace(
            self,
            status=status,
            status_since=at,
            status_by=by,
            status_reason=reason,
            revoked_for=None,
        )

    def superseded(self, cause: RevocationCause, at: datetime, by: str) -> "Document":
        """Return the document, revoked because of another one of the same person."""
        revoked = self.changed(DocumentStatus.REVOKED, at, by, _REASONS[cause])
        return replace(revoked, revoked_for=cause)

    def revoked_with_application(self, at: datetime, by: str, reason: str) -> "Document":
        """Return the document, revoked as its application ends."""
        revoked = self.changed(DocumentStatus.REVOKED, at, by, reason)
        return replace(revoked, revoked_for=RevocationCause.APPLICATION)

    def reported_missing(
        self, status: DocumentStatus, at: datetime, by: str, reason: str
    ) -> "Document":
        """Return the document, reported LOST or STOLEN. Raises DocumentNotInUse.

        A document that was found after that stays what it was reported: others may have seen it.
        One that was replaced is reported too, so that nothing makes it valid again.
        """
        if self.status is not DocumentStatus.VALID and not self.is_superseded:
            raise DocumentNotInUse(
                f"the document is {self.status}", field="document_number", status=self.status
            )
        return self.changed(status, at, by, reason)
