from datetime import UTC, datetime, timedelta
from hashlib import sha256

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from printer.domain.clearance import Clearance, ClearanceVerifier, require_document_number
from printer.domain.errors import (
    ClearanceExpired,
    ClearanceNotReleasedYet,
    ClearancePayloadMismatch,
)

KEY = Ed25519PrivateKey.generate()
NOON = datetime(2018, 11, 5, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _verify(payload: bytes, now: datetime, **more: float) -> Clearance:
    claims = {
        "jti": "c", "application_id": "a", "document_number": "X1", "office": "BJM",
        "payload_sha256": sha256(b"page").hexdigest(), "exp": int(NOON.timestamp()),
        **more,
    }  # fmt: skip
    token = jwt.encode(claims, KEY, algorithm="EdDSA", headers={"kid": "2018"})
    return ClearanceVerifier({"2018": KEY.public_key()}, "BJM").verify(token, payload, now)


def test_it_holds_until_the_second_before_it_expires() -> None:
    assert _verify(b"page", NOON - SECOND).document_number == "X1"

    with pytest.raises(ClearanceExpired):
        _verify(b"page", NOON)


def test_it_holds_for_its_payload_and_its_document_number() -> None:
    with pytest.raises(ClearancePayloadMismatch):
        _verify(b"another page", NOON - SECOND)

    clearance = _verify(b"page", NOON - SECOND)
    require_document_number(clearance, "X1")
    with pytest.raises(ClearancePayloadMismatch):
        require_document_number(clearance, "X2")


def test_it_holds_only_if_issuances_clock_is_a_minute_ahead_at_most() -> None:
    now = NOON - timedelta(days=1)
    ahead = (now + timedelta(seconds=60)).timestamp()

    assert _verify(b"page", now, released_at=ahead).document_number == "X1"
    with pytest.raises(ClearanceNotReleasedYet):
        _verify(b"page", now, released_at=ahead + 1.0)
