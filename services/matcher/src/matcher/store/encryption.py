"""How are biometric data encrypted at rest? With a key for each encounter, under one master key.

The key of an encounter is stored wrapped (AES key wrap, RFC 3394) by the master key, and encrypts
the encounter's data (AES-256-GCM, NIST SP 800-38D). Whoever destroys the wrapped key has destroyed
the data, wherever copies of them lie.
"""

import hashlib
import os
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

KEY_BYTES = 32
_NONCE_BYTES = 12
_WRAPPED_BYTES = KEY_BYTES + 8


class UndecryptableData(ValueError):
    """The data are not what this key encrypted under this name."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one encounter."""

    _key: bytes

    @classmethod
    def generate(cls) -> Self:
        """Return a new key."""
        return cls(AESGCM.generate_key(8 * KEY_BYTES))

    def encrypt(self, data: bytes, name: str) -> bytes:
        """Return the data encrypted. name: of what they are; they decrypt under no other."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self._key).encrypt(nonce, data, name.encode())

    def decrypt_or_nothing(self, encrypted: bytes, name: str) -> bytes:
        """Return the data; no bytes, which nobody can take for a template, if they are damaged."""
        try:
            return self.decrypt(encrypted, name)
        except UndecryptableData:
            return b""

    def decrypt(self, encrypted: bytes, name: str) -> bytes:
        """Return the data. Raises UndecryptableData."""
        nonce, ciphertext = encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:]
        try:
            return AESGCM(self._key).decrypt(nonce, ciphertext, name.encode())
        except (InvalidTag, ValueError):
            raise UndecryptableData(f"{name}: not what was encrypted") from None


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key, 32 bytes, that keys of encounters are wrapped by; never stored in the database."""

    _key: bytes

    @property
    def key_id(self) -> str:
        """Name of this key: the first 16 hexadecimal digits of the SHA-256 of it."""
        return hashlib.sha256(b"matcher master key" + self._key).hexdigest()[:16]

    def wrap(self, key: DataKey) -> bytes:
        """Return a key of an encounter as it is stored, 40 bytes."""
        return aes_key_wrap(self._key, key._key)

    def unwrap(self, wrapped: bytes) -> DataKey:
        """Return a stored key. Raises UndecryptableData if another master key wrapped it."""
        try:
            return DataKey(aes_key_unwrap(self._key, wrapped))
        except (InvalidUnwrap, ValueError):
            raise UndecryptableData("another master key wrapped this key") from None

    def seal(self, data: bytes, name: str) -> bytes:
        """Return data encrypted with a key of their own, which is stored with them, wrapped."""
        key = DataKey.generate()
        return self.wrap(key) + key.encrypt(data, name)

    def open(self, sealed: bytes, name: str) -> bytes:
        """Return what was sealed under this name. Raises UndecryptableData."""
        key = self.unwrap(sealed[:_WRAPPED_BYTES])
        return key.decrypt(sealed[_WRAPPED_BYTES:], name)


def template_name(encounter_id: str, position: int) -> str:
    """Return the name under which the template of a finger is encrypted."""
    return f"{encounter_id}/{position}/template"


def embedding_name(encounter_id: str, position: int) -> str:
    """Return the name under which the embedding of a finger is encrypted."""
    return f"{encounter_id}/{position}/embedding"


def image_name(encounter_id: str, position: int) -> str:
    """Return the name under which the image of a finger is encrypted."""
    return f"{encounter_id}/{position}/image"
