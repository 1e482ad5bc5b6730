"""How clearances are signed: permissions to make one book. JWS, EdDSA (RFC 8037), key by `kid`."""

import hashlib
from datetime import timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from servicekit.process.clock import Clock

from issuance.domain.identified_by import IdentifiedBy
from issuance.domain.outbox import OutboxTask


class ClearanceSigner:
    """Signs clearances with one key. validity: how long a printer may accept one, business time."""

    def __init__(
        self, key: Ed25519PrivateKey, key_id: str, clock: Clock, validity: timedelta
    ) -> None:
        self._key = key
        self._key_id = key_id
        self._clock = clock
        self._validity = validity

    def sign(
        self,
        task: OutboxTask,
        document_number: str,
        *,
        is_repeated: bool,
        identified_by: IdentifiedBy,
    ) -> str:
        """Return a compact JWS over the exact payload of the task.

        Its `jti` is the id of the task, so that a printer makes one book for it. is_repeated: the
        printer had a job for the passport and lost it, so that the passport may exist.
        identified_by: by what the holder was identified, if at all.
        """
        claims = {
            "jti": task.id,
            "application_id": task.case,
            "document_number": document_number,
            "payload_sha256": hashlib.sha256(task.payload).hexdigest(),
            "office": task.office,
            "exp": int((self._clock.now() + self._validity).timestamp()),
            "released_at": task.created_at.timestamp(),
            "is_repeated": is_repeated,
            "identified_by": identified_by,
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._key_id})


def load_key(path: Path) -> Ed25519PrivateKey:
    """Read an Ed25519 private key, PEM. Raises OSError, ValueError."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is not an Ed25519 key")
    return key
