"""How are a CSCA and a document signer for e-passports made for development and tests?

Profiles of ICAO Doc 9303-12 clause 7.1, but with named curves. Not for production.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from servicekit.security.development_certificates import (
    key_usage,
    replace_file,
    write_private_key,
)

_YEAR, _DAY = timedelta(days=366), timedelta(days=1)
# A passport is valid for ten years, and its signer's certificate must outlive it. Clause 5.
_PASSPORT_VALID = 10 * _YEAR
_SIGNER_KEY_USED, _CSCA_KEY_USED = 92 * _DAY, 4 * _YEAR
_DOCUMENT_TYPE_LIST = x509.ObjectIdentifier("2.23.136.1.1.6.2")
# SEQUENCE of version 0 and a SET of the document code "P".
_PASSPORTS = bytes.fromhex("3008 020100 3103 130150")
_Builder = x509.CertificateBuilder


@dataclass(frozen=True, slots=True)
class DocumentSignerFiles:
    """A document signer's certificate and private key; the folder of its CSCA's certificate."""

    certificate: Path
    private_key: Path
    authorities: Path


def issue_document_signer(
    directory: Path,
    valid_from: datetime,
    *,
    country: str = "ID",
    issuing_state: str = "IDN",
) -> DocumentSignerFiles:
    """Make a CSCA and a document signer whose key signs for three months; return their files.

    valid_from: business time. country: ISO 3166-1 alpha-2 code. issuing_state: as in the machine
    readable zone.
    """
    files = DocumentSignerFiles(
        directory / "document-signer.pem", directory / "document-signer.key", directory / "csca"
    )
    files.authorities.mkdir(parents=True, exist_ok=True)
    start = valid_from.astimezone(UTC) - _DAY
    csca_key = ec.generate_private_key(ec.SECP256R1())
    signer_key = ec.generate_private_key(ec.SECP256R1())
    csca_name, signer_name = (
        x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, country),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )
        for common_name in ("development CSCA", "development document signer")
    )
    sign = _signing(csca_key, issuing_state)
    csca = sign(
        _builder(csca_name, csca_name, csca_key, start, _CSCA_KEY_USED)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(signs_certificates=True), critical=True)
    )
    signer = sign(
        _builder(signer_name, csca_name, signer_key, start, _SIGNER_KEY_USED)
        .add_extension(key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.UnrecognizedExtension(_DOCUMENT_TYPE_LIST, _PASSPORTS), critical=False)
    )
    replace_file(files.authorities / "csca.pem", csca.public_bytes(Encoding.PEM))
    write_private_key(files.private_key, signer_key)
    replace_file(files.certificate, signer.public_bytes(Encoding.PEM))
    return files


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    start: datetime,
    key_used: timedelta,
) -> _Builder:
    # The naive times are UTC.
    period = [moment.replace(tzinfo=None) for moment in (start, start + key_used)]
    return (
        _Builder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + key_used + _PASSPORT_VALID + _SIGNER_KEY_USED)
        .add_extension(x509.PrivateKeyUsagePeriod(*period), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _signing(
    csca_key: ec.EllipticCurvePrivateKey, issuing_state: str
) -> Callable[[_Builder], x509.Certificate]:
    # Where to ask about the authority, and the issuing state as in the machine readable zone.
    state = x509.Name([x509.NameAttribute(NameOID.LOCALITY_NAME, issuing_state)])
    contact = [x509.RFC822Name("csca@example.org"), x509.DirectoryName(state)]
    revocations = x509.DistributionPoint(
        [x509.UniformResourceIdentifier("https://example.org/csca.crl")], None, None, None
    )
    key_identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(csca_key.public_key())

    def sign(builder: _Builder) -> x509.Certificate:
        return (
            builder.add_extension(key_identifier, critical=False)
            .add_extension(x509.SubjectAlternativeName(contact), critical=False)
            .add_extension(x509.IssuerAlternativeName(contact), critical=False)
            .add_extension(x509.CRLDistributionPoints([revocations]), critical=False)
            .sign(csca_key, hashes.SHA256())
        )

    return sign
