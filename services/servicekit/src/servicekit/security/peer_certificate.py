"""Who calls? The one identity in the caller's certificate, which must be valid at each call.

TLS checks a certificate only when a connection is opened.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from cryptography import x509

from servicekit.errors import CertificateDenied, CertificateExpired, NoIdentity
from servicekit.security.identity import Caller, parse_identity

AuthContext: TypeAlias = Mapping[str, Iterable[bytes]]
"""What gRPC knows of the other side of a connection."""

_SERIAL = re.compile("[0-9A-Fa-f]+(:[0-9A-Fa-f]+)*")


def peer_identity(auth_context: AuthContext) -> Caller:
    """Return the identity; raises NoIdentity unless the certificate has exactly one URI name."""
    # Not peer_identities(): it mixes URI, DNS and common names.
    names = list(auth_context.get("peer_spiffe_id", ()))
    if len(names) != 1:
        raise NoIdentity("the certificate must carry exactly one URI name")
    return parse_identity(names[0].decode("ascii", errors="replace"))


def check_peer_certificate(
    auth_context: AuthContext, denied_serials: frozenset[int], now: datetime
) -> None:
    """Raise CertificateDenied or CertificateExpired if the certificate is not valid any more."""
    (pem,) = auth_context["x509_pem_cert"]
    serial, expires = _serial_and_expiry(pem)
    if serial in denied_serials:
        raise CertificateDenied("this certificate was withdrawn", serial=f"{serial:X}")
    if now > expires:
        raise CertificateExpired("this certificate has expired", serial=f"{serial:X}")


def read_denied_serials(path: Path) -> frozenset[int]:
    """Read a file of serial numbers, one a line, hexadecimal as OpenSSL prints them.

    Empty lines and what follows a ``#`` are ignored. Raises OSError, or ValueError for a line that
    is no serial number.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = (line.partition("#")[0].strip() for line in lines)
    return frozenset(_serial(path, entry) for entry in entries if entry)


def _serial(path: Path, entry: str) -> int:
    if not _SERIAL.fullmatch(entry):
        raise ValueError(f"{path}: {entry!r} is not a hexadecimal serial number")
    return int(entry.replace(":", ""), 16)


@lru_cache(maxsize=1024)
def _serial_and_expiry(pem: bytes) -> tuple[int, datetime]:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        return certificate.serial_number, certificate.not_valid_after_utc
    except ValueError:
        raise NoIdentity("the certificate cannot be read") from None
