"""A clearance: issuance's signed leave to make one passport."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from printer.domain.errors import (
    ClearanceExpired,
    ClearancePayloadMismatch,
    ClearanceWrongOffice,
)


@dataclass(frozen=True, slots=True)
class Clearance:
    """The claims of a clearance whose signature is good. expires_at: business time."""

    clearance_id: str
    application_id: str
    document_number: str
    payload_sha256: str
    office: str
    expires_at: datetime


def check(clearance: Clearance, payload: bytes, office: str, now: datetime) -> None:
    """Raise the reason for which the clearance does not allow to print `payload` here and now."""
    if clearance.office != office:
        raise ClearanceWrongOffice(
            f"the clearance is for office {clearance.office}", office=clearance.office
        )
    if now >= clearance.expires_at:
        raise ClearanceExpired(f"the clearance expired at {clearance.expires_at.isoformat()}")
    if sha256(payload).hexdigest() != clearance.payload_sha256:
        raise ClearancePayloadMismatch("the clearance was signed over another payload")
