"""Checks the signature of a clearance and reads its claims (RFC 7515, RFC 7519, RFC 8037)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from printer.domain.clearance import Clearance
from printer.domain.errors import BadClearance, ClearanceBadSignature, ClearanceUnknownKey

_ALGORITHM = "EdDSA"
_TEXTS = ("jti", "application_id", "document_number", "payload_sha256", "office")
# Office, time and digest are rules of ours and checked in the domain, by the business clock.
_OPTIONS: Any = {"verify_exp": False, "verify_aud": False, "require": [*_TEXTS, "exp"]}


class JwsVerifier:
    """keys: public keys by `kid`; a token signed with any other key is refused."""

    def __init__(self, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = keys

    def __call__(self, token: str) -> Clearance:
        """The claims; raises BadClearance, ClearanceUnknownKey or ClearanceBadSignature."""
        key = self._key(token)
        try:
            # The algorithm is ours to choose, never the token's.
            claims = jwt.decode(token, key, algorithms=[_ALGORITHM], options=_OPTIONS)
        except jwt.InvalidSignatureError:
            raise ClearanceBadSignature("the signature is not good", field="clearance") from None
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


def load_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """The trusted keys of a folder, one PEM file `<kid>.pem` a key.

    Raises ValueError when there is none or one is not an Ed25519 public key.
    """
    keys = {}
    for file in sorted(folder.glob("*.pem")):
        key = load_pem_public_key(file.read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError(f"{file} is not an Ed25519 public key")
        keys[file.stem] = key
    if not keys:
        raise ValueError(f"no trusted key <kid>.pem in {folder}")
    return keys


def _clearance(claims: Mapping[str, Any]) -> Clearance:
    texts = {name: claims[name] for name in _TEXTS}
    if not all(isinstance(value, str) and value for value in texts.values()):
        raise BadClearance("a claim is empty or no text", field="clearance")
    try:
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise BadClearance("exp is not a time", field="clearance") from None
    return Clearance(
        clearance_id=texts["jti"],
        application_id=texts["application_id"],
        document_number=texts["document_number"],
        payload_sha256=texts["payload_sha256"],
        office=texts["office"],
        expires_at=expires_at,
    )
