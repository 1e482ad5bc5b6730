"""Where a clearance is refused: its signature, its claims, and what it is a clearance for.

A clearance is issuance's signed permission to make one passport: a compact JWS (RFC 7515) with
Ed25519 (RFC 8037) over JWT claims (RFC 7519). That each one makes only one job is the database's
part: `JobRecords.add` in `printer.store.jobs` raises ClearanceUsed and DocumentAlreadyCleared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from printer.domain.errors import (
    BadClearance,
    ClearanceBadSignature,
    ClearanceExpired,
    ClearanceNotReleasedYet,
    ClearancePayloadMismatch,
    ClearanceUnknownKey,
    ClearanceWrongOffice,
)

_ALGORITHM = "EdDSA"
_TEXT_CLAIMS = ("jti", "application_id", "document_number", "payload_sha256", "office")
# Revocations and restores are compared with when issuance released a passport, by its clock.
_CLOCK_TOLERANCE = timedelta(minutes=1)
# Expiry is checked below, against the business clock.
_OPTIONS: Any = {"verify_exp": False, "verify_aud": False, "require": [*_TEXT_CLAIMS, "exp"]}


@dataclass(frozen=True, slots=True)
class Clearance:
    """Claims of a clearance. payload_sha256: lower-case hex. expires_at: business time.

    released_at: when issuance released the passport to be printed, however often it has asked for
    it since; None in a clearance of an earlier version. is_repeated: issuance knows that this
    service had a job for the passport and lost it.
    """

    clearance_id: str
    application_id: str
    document_number: str
    payload_sha256: str
    office: str
    expires_at: datetime
    released_at: datetime | None = None
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class ClearedPage:
    """A page that may be printed, with the clearance and the payload that it was made from.

    token: the clearance as it was received. page: PDF. mrz: both lines of the machine readable
    zone on the page, 88 characters. chip_sha256: digest of the chip's files that go with the page,
    32 bytes; None for a book without a chip. issued_on: day of issue on the page.
    """

    clearance: Clearance
    token: str
    payload: bytes
    page: bytes
    mrz: str
    chip_sha256: bytes | None = None
    issued_on: date | None = None


class ClearanceVerifier:
    """Verifies clearances for one office.

    keys: issuance's public keys by `kid`; a token signed with any other key is refused.
    """

    def __init__(self, keys: Mapping[str, Ed25519PublicKey], office: str) -> None:
        self._keys = keys
        self._office = office

    def verify(self, token: str, payload: bytes, now: datetime) -> Clearance:
        """Return the clearance if it allows to print `payload` in this office now.

        now: business time. Raises BadClearance, ClearanceUnknownKey, ClearanceBadSignature,
        ClearanceWrongOffice, ClearanceExpired, ClearanceNotReleasedYet or ClearancePayloadMismatch.
        """
        clearance = self.verify_token(token, now)
        released_at = clearance.released_at
        if released_at is not None and released_at > now + _CLOCK_TOLERANCE:
            raise ClearanceNotReleasedYet(
                f"issuance released it at {released_at.isoformat()}, and here it is "
                f"{now.isoformat()}: set the clocks",
                field="clearance",
            )
        if sha256(payload).hexdigest() != clearance.payload_sha256:
            raise ClearancePayloadMismatch("the clearance was signed over another payload")
        return clearance

    def verify_token(self, token: str, now: datetime) -> Clearance:
        """As `verify`, without the payload: whether a clearance verified before is still valid."""
        clearance = self._signed_clearance(token)
        if clearance.office != self._office:
            raise ClearanceWrongOffice(
                f"the clearance is for office {clearance.office}", office=clearance.office
            )
        if now >= clearance.expires_at:
            raise ClearanceExpired(f"the clearance expired at {clearance.expires_at.isoformat()}")
        return clearance

    def _signed_clearance(self, token: str) -> Clearance:
        key = self._key(token)
        try:
            # The algorithm is this service's to choose, never the token's.
            claims = jwt.decode(token, key, algorithms=[_ALGORITHM], options=_OPTIONS)
        except jwt.InvalidSignatureError:
            raise ClearanceBadSignature("the signature is not valid", field="clearance") from None
        except jwt.InvalidTokenError as error:
            raise BadClearance(f"not a clearance: {error}", field="clearance") from None
        return _clearance(claims)

    def _key(self, token: str) -> Ed25519PublicKey:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise BadClearance(f"not a JWS: {error}", field="clearance") from None
        if header.get("alg") != _ALGORITHM:
            raise BadClearance(f"only {_ALGORITHM} is accepted", field="clearance")
        key = self._keys.get(str(header.get("kid")))
        if key is None:
            raise ClearanceUnknownKey("the signing key is not trusted here", field="clearance")
        return key


def require_document_number(clearance: Clearance, document_number: str) -> None:
    """Raise ClearancePayloadMismatch unless the clearance is for this document number."""
    if document_number != clearance.document_number:
        raise ClearancePayloadMismatch("the clearance is for another document number")


def _clearance(claims: Mapping[str, Any]) -> Clearance:
    texts = {name: claims[name] for name in _TEXT_CLAIMS}
    if not all(isinstance(value, str) and value for value in texts.values()):
        raise BadClearance("a claim is empty or not a text", field="clearance")
    return Clearance(
        clearance_id=texts["jti"],
        application_id=texts["application_id"],
        document_number=texts["document_number"],
        payload_sha256=texts["payload_sha256"],
        office=texts["office"],
        expires_at=_instant(claims, "exp"),
        released_at=_instant(claims, "released_at") if "released_at" in claims else None,
        is_repeated=claims.get("is_repeated") is True,
    )


def _instant(claims: Mapping[str, Any], name: str) -> datetime:
    try:
        return datetime.fromtimestamp(claims[name], UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise BadClearance(f"{name} is not a time", field="clearance") from None
