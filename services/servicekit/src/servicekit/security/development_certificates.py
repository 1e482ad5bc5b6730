"""How are certificates made for development and tests? Signed by a local authority.

Not for production.
"""

import os
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from servicekit.security.identity import Caller, parse_identity, server_name
from servicekit.security.tls import TlsFiles

_VALID = timedelta(days=365)
_CLOCK_SKEW = timedelta(minutes=5)


def issue_certificate(
    directory: Path,
    *,
    office: str,
    service: str | None = None,
    user: str | None = None,
    role: str | None = None,
    country: str = "id",
    dns: tuple[str, ...] = (),
) -> TlsFiles:
    """Make a certificate for a service, or for a user with a role; return its files.

    directory: of the authority, which is made on first use. office: its id, or ``national`` for
    access to the data of all offices. dns: host names of a service besides
    ``localhost``, 127.0.0.1 and the name made from its identity. Raises ValueError unless either
    service, or user and role, is given, and NoIdentity for a name that an identity cannot contain.
    """
    if service and not (user or role):
        path = f"service/{service}"
    elif user and role and not service:
        path = f"user/{user}/role/{role}"
    else:
        raise ValueError("give either a service, or a user and a role")
    caller = parse_identity(f"spiffe://{country}/office/{office}/{path}")
    directory.mkdir(parents=True, exist_ok=True)
    authority, authority_key = _authority(directory)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(caller, key.public_key(), dns, authority, authority_key)
    name = f"{office}-{service or f'{user}-{role}'}"
    files = TlsFiles(
        directory / f"{name}.pem", directory / f"{name}.key", directory / "authority.pem"
    )
    write_private_key(files.private_key, key)
    replace_file(files.certificate, certificate.public_bytes(Encoding.PEM))
    return files


def _authority(directory: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate_file, key_file = directory / "authority.pem", directory / "authority.key"
    if certificate_file.exists():
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{key_file} is not an elliptic curve key")
        return x509.load_pem_x509_certificate(certificate_file.read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "development authority")])
    certificate = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_private_key(key_file, key)
    replace_file(certificate_file, certificate.public_bytes(Encoding.PEM))
    return certificate, key


def _sign(
    caller: Caller,
    public_key: ec.EllipticCurvePublicKey,
    dns: tuple[str, ...],
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(caller.uri)]
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]
    if caller.is_service:  # a person's certificate must not be usable by a server
        own = server_name(caller.name, caller.office, caller.country)
        names += [x509.DNSName(name) for name in ("localhost", own, *dns)]
        names.append(x509.IPAddress(IPv4Address("127.0.0.1")))
        purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, caller.name[:64])])
    return (
        _builder(subject, authority.subject, public_key)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _VALID)
    )


def key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """Return the key usage of an authority, or of a key that signs anything but certificates."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def write_private_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key into a PEM file, unencrypted, readable by its owner only."""
    replace_file(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def replace_file(path: Path, content: bytes) -> None:
    """Write a file atomically, readable by its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)
