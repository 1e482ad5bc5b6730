"""The document signer: its certificate, and its key in a PEM file or a PKCS#11 module."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class SigningFailed(Exception):
    """The document signer's key gave no signature."""


@dataclass(frozen=True, slots=True)
class DocumentSigner:
    """Signs what a chip holds.

    sign: returns the signature, DER of ECDSA with SHA-256; may be called by several threads; raises
    SigningFailed.
    """

    certificate: x509.Certificate
    sign: Callable[[bytes], bytes]


def load_document_signer(certificate_file: Path, key: str) -> DocumentSigner:
    """Return the signer with a certificate and the key that belongs to it.

    certificate_file: PEM. key: path of a PEM file, or a PKCS#11 URI (RFC 7512).
    Raises OSError or ValueError when one cannot be read, or they do not belong together.
    """
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    signer = DocumentSigner(certificate, _signing_function(key))
    try:
        verify_signature(certificate, b"test", signer.sign(b"test"))
    except (InvalidSignature, SigningFailed) as error:
        raise ValueError(f"{key} does not sign for {certificate_file}: {error}") from error
    return signer


def verify_signature(certificate: x509.Certificate, signed: bytes, signature: bytes) -> None:
    """Raise InvalidSignature unless a certificate's key made a signature over `signed`.

    signature: DER of ECDSA with SHA-256.
    """
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise InvalidSignature("the certificate's key is not an elliptic curve key")
    key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))


def _signing_function(key: str) -> Callable[[bytes], bytes]:
    if key.startswith("pkcs11:"):
        # Imported here: the package is needed only where a PKCS#11 module is used.
        from printer.chip.pkcs11_key import Pkcs11Key

        return Pkcs11Key(key).sign
    private_key = load_pem_private_key(Path(key).read_bytes(), password=None)
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{key} is not an elliptic curve key")
    return lambda message: private_key.sign(message, ec.ECDSA(hashes.SHA256()))
