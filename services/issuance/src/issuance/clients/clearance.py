"""Clearances: our signed leave to make one book. JWS, EdDSA (RFC 8037), key named by `kid`."""

import hashlib
from datetime import timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from servicekit.process.clock import Clock

from issuance.domain.owed import Owed


class Clearances:
    """Signs with one key. valid: how long a printer may take the job, business time."""

    def __init__(self, key: Ed25519PrivateKey, key_id: str, clock: Clock, valid: timedelta) -> None:
        self._key = key
        self._key_id = key_id
        self._clock = clock
        self._valid = valid

    def sign(self, owed: Owed, document_number: str) -> str:
        """Compact JWS over the exact payload; its `jti` is the work's, so it makes one book."""
        claims = {
            "jti": owed.id,
            "application_id": owed.case,
            "document_number": document_number,
            "payload_sha256": hashlib.sha256(owed.payload).hexdigest(),
            "office": owed.office,
            "exp": int((self._clock.now() + self._valid).timestamp()),
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._key_id})


def load_key(path: Path) -> Ed25519PrivateKey:
    """An Ed25519 private key, PEM. Raises OSError or ValueError."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is not an Ed25519 key")
    return key
