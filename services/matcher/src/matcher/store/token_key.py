"""How is the file of the master key encrypted by a key that never leaves a PKCS#11 token?"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import pkcs11
from servicekit.security.pkcs11_key import Pkcs11Uri, open_key

_NONCE_BYTES = 12
_TAG_BITS = 128
_NAME = b"matcher master key"


@dataclass(frozen=True, slots=True)
class TokenKey:
    """An AES key of a token, which encrypts within the token (AES-GCM, NIST SP 800-38D)."""

    uri: Pkcs11Uri

    @classmethod
    def parse(cls, uri: str) -> "TokenKey":
        """Return the key at a PKCS#11 URI. Raises ValueError."""
        return cls(Pkcs11Uri.parse(uri, "secret-key"))

    def encrypt(self, master_key: bytes) -> bytes:
        """Return the master key as its file holds it. Raises ValueError, OSError."""
        nonce = os.urandom(_NONCE_BYTES)
        with _opened(self.uri) as key:
            if not isinstance(key, pkcs11.EncryptMixin):
                raise ValueError("the PKCS#11 token's key cannot encrypt")
            encrypted = key.encrypt(
                master_key, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=_parameters(nonce)
            )
        return nonce + cast(bytes, encrypted)

    def decrypt(self, encrypted: bytes) -> bytes:
        """Return the master key. Raises ValueError, OSError."""
        nonce, ciphertext = encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:]
        with _opened(self.uri) as key:
            if not isinstance(key, pkcs11.DecryptMixin):
                raise ValueError("the PKCS#11 token's key cannot decrypt")
            decrypted = key.decrypt(
                ciphertext, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=_parameters(nonce)
            )
        return cast(bytes, decrypted)


@contextmanager
def _opened(uri: Pkcs11Uri) -> Iterator[pkcs11.Key]:
    try:
        with open_key(uri) as key:
            yield key
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        reason = str(error) or type(error).__name__
        raise ValueError(f"the PKCS#11 token did not serve the master key: {reason}") from error


def _parameters(nonce: bytes) -> pkcs11.GCMParams:
    return pkcs11.GCMParams(nonce=nonce, aad=_NAME, tag_bits=_TAG_BITS)
