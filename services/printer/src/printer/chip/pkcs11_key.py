"""The private key of a document signer in a PKCS#11 module."""

from hashlib import sha256
from threading import Lock

import pkcs11
from pkcs11.util.ec import encode_ecdsa_signature
from servicekit.security.pkcs11_key import Pkcs11Uri, open_key

from printer.chip.document_signer import SigningFailed


class Pkcs11Key:
    """Signs with the key at a PKCS#11 URI; raises ValueError for a URI of something else.

    Each signature logs in anew, so that a module that was restarted is used again.
    """

    def __init__(self, uri: str) -> None:
        self._uri = Pkcs11Uri.parse(uri, "private")
        # A login is the process's, not the session's: two at once would end each other's.
        self._lock = Lock()

    def sign(self, message: bytes) -> bytes:
        """Return the signature, DER of ECDSA with SHA-256; raise SigningFailed."""
        with self._lock:
            try:
                return self._sign(sha256(message).digest())
            except (pkcs11.PKCS11Error, OSError, RuntimeError) as error:
                reason = str(error) or type(error).__name__
                raise SigningFailed(f"the PKCS#11 module gave no signature: {reason}") from error

    def _sign(self, digest: bytes) -> bytes:
        with open_key(self._uri) as key:
            # Not ECDSA_SHA256: many modules have only the one that takes the digest.
            if not isinstance(key, pkcs11.SignMixin):
                raise SigningFailed("the PKCS#11 module's key cannot sign")
            signature = key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
        return bytes(encode_ecdsa_signature(signature))
