"""The travel-ban list as a file: a JWS (EdDSA), signed by the authority that issues the list.

Its claims: `iat`, when the list was issued; `bans`, the entries. One file, so that a list and its
signature are replaced together. It is read again when it has changed; a file that cannot be used,
or is older than the list in use, leaves that in use.
"""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BaseModel, ConfigDict, Field
from servicekit.security.reloaded_files import ReloadedFiles

from issuance.domain.folded_name import folded_words
from issuance.domain.travel_ban import BannedPerson, TravelBanRegister

_log = structlog.get_logger(__name__)

_LONGEST_PERSONAL_NUMBER = 14
"""Characters of the machine readable zone; a longer number is one of the civil register."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: str = Field(min_length=1, max_length=64)
    identity_number: str = Field("", max_length=20)
    personal_number: str = Field("", max_length=20)
    document_numbers: list[str] = []
    names: list[str] = []
    born_on: date | None = None


class _Claims(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    iat: int
    bans: list[_Entry]


class TravelBanFile:
    """Implements `ports.TravelBanList`. key: PEM file, the authority's Ed25519 public key."""

    def __init__(self, file: Path, key: Path) -> None:
        self._paths = (file, key)
        self._files: ReloadedFiles[TravelBanRegister] | None = None
        self._in_use: TravelBanRegister | None = None

    async def register(self) -> TravelBanRegister | None:
        """Return the latest list that could be used; None if there was none yet."""
        return await asyncio.to_thread(self._register)

    def _register(self) -> TravelBanRegister | None:
        if self._files is None:
            try:
                self._files = ReloadedFiles(self._load, *self._paths)
            except (OSError, ValueError) as error:
                _log.warning("travel_ban_list_not_usable", error=str(error))
                return None
        return self._files.current()

    def _load(self, file: Path, key: Path) -> TravelBanRegister:
        loaded = read_travel_ban_list(file, key)
        if self._in_use and loaded.issued_at < self._in_use.issued_at:
            raise ValueError(f"{file}: issued before the list in use")
        self._in_use = loaded
        return loaded


def read_travel_ban_list(file: Path, key: Path) -> TravelBanRegister:
    """Return the list of a file. Raises OSError, or ValueError for a wrong signature or content."""
    public = load_pem_public_key(key.read_bytes())
    if not isinstance(public, Ed25519PublicKey):
        raise ValueError(f"{key}: not an Ed25519 public key")
    try:
        decoded = jwt.decode(
            file.read_text("ascii").strip(),
            public,
            algorithms=["EdDSA"],
            options={"require": ["iat"], "verify_iat": False},
        )
    except jwt.PyJWTError as error:
        raise ValueError(f"{file}: {error}") from error
    claims = _Claims.model_validate(decoded)
    return TravelBanRegister(
        datetime.fromtimestamp(claims.iat, UTC), [_person(entry) for entry in claims.bans]
    )


def _person(entry: _Entry) -> BannedPerson:
    personal_number, identity_number = entry.personal_number.upper(), entry.identity_number.upper()
    identity_numbers = {identity_number} if identity_number else set()
    if len(personal_number) > _LONGEST_PERSONAL_NUMBER:
        identity_numbers.add(personal_number)
        personal_number = ""
    names = {folded_words(name) for name in entry.names}
    return BannedPerson(
        reference=entry.reference,
        personal_number=personal_number,
        identity_numbers=frozenset(identity_numbers),
        document_numbers=frozenset(number.upper() for number in entry.document_numbers),
        names=frozenset(name for name in names if name),
        born_on=entry.born_on,
    )
