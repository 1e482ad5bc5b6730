"""Passive authentication of a chip's files (ICAO Doc 9303-11 clause 5.1)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from printer.chip.data_groups import (
    DG1_TAG,
    DG2_TAG,
    read_common_data,
    read_face,
    read_machine_readable_zone,
)
from printer.chip.data_objects import MalformedChipData
from printer.chip.document_signer import verify_signature
from printer.chip.elementary_files import ElementaryFiles
from printer.chip.security_object import SecurityObject, decode_security_object

_COUNTRY = x509.NameOID.COUNTRY_NAME
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


class NotAuthentic(Exception):
    """The chip's files are not those that a trusted document signer signed for this passport."""


class PassiveAuthentication:
    """Authenticates what chips hold. authorities: certificates of the CSCA that are trusted."""

    def __init__(self, authorities: Sequence[x509.Certificate]) -> None:
        self._authorities = authorities

    def verify(self, files: ElementaryFiles, mrz: str, at: datetime) -> None:
        """Raise NotAuthentic unless the files are signed, whole, and for a machine readable zone.

        mrz: both lines on the data page, 88 characters. at: business time, when the signer's
        certificate must be valid.
        """
        try:
            security_object = decode_security_object(files.sod)
            _verify_groups(files, security_object, mrz)
        except MalformedChipData as error:
            raise NotAuthentic(str(error)) from error
        self.verify_issuer(security_object.signer)
        _require_signing_allowed(security_object.signer, security_object.signing_time)
        try:
            verify_signature(
                security_object.signer, security_object.signed, security_object.signature
            )
        except InvalidSignature:
            raise NotAuthentic("the signature of EF.SOD is not valid") from None
        _require_valid(security_object.signer, at)

    def verify_issuer(self, certificate: x509.Certificate) -> None:
        """Raise NotAuthentic unless a certificate is a document signer's, of a trusted CSCA."""
        if not any(_issued(authority, certificate) for authority in self._authorities):
            raise NotAuthentic("no trusted CSCA has issued the document signer's certificate")
        _require_document_signer(certificate)


def load_authorities(folder: Path) -> list[x509.Certificate]:
    """Return the certificates of the CSCA in a folder, each a PEM file *.pem.

    Raises ValueError when there is none, or one is not the certificate of an authority.
    """
    authorities = []
    for file in sorted(folder.glob("*.pem")):
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        constraints = _extension(certificate, x509.BasicConstraints)
        usage = _extension(certificate, x509.KeyUsage)
        if not (constraints and constraints.ca and usage and usage.key_cert_sign):
            raise ValueError(f"{file} is not the certificate of an authority")
        authorities.append(certificate)
    if not authorities:
        raise ValueError(f"there is no certificate of a CSCA, *.pem, in {folder}")
    return authorities


def _verify_groups(files: ElementaryFiles, security_object: SecurityObject, mrz: str) -> None:
    groups = {1: files.dg1, 2: files.dg2}
    hashes = {number: sha256(file).digest() for number, file in groups.items()}
    if security_object.hashes != hashes:
        raise NotAuthentic("the data groups are not those that were signed")
    if read_common_data(files.com) != bytes([DG1_TAG, DG2_TAG]):
        raise NotAuthentic("EF.COM lists other data groups than were signed")
    if read_machine_readable_zone(files.dg1) != mrz:
        raise NotAuthentic("data group 1 is not the machine readable zone on the page")
    read_face(files.dg2)


def _issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    issued_from = certificate.not_valid_before_utc
    return authority.not_valid_before_utc <= issued_from <= authority.not_valid_after_utc


def _require_document_signer(certificate: x509.Certificate) -> None:
    # Doc 9303-12 clause 7.1: country codes of issuer and subject are equal; only signatures.
    countries = [
        [attribute.value for attribute in name.get_attributes_for_oid(_COUNTRY)]
        for name in (certificate.subject, certificate.issuer)
    ]
    if not countries[0] or countries[0] != countries[1]:
        raise NotAuthentic("the document signer is of another country than its CSCA")
    usage = _extension(certificate, x509.KeyUsage)
    constraints = _extension(certificate, x509.BasicConstraints)
    if not (usage and usage.digital_signature) or (constraints and constraints.ca):
        raise NotAuthentic("the certificate is not that of a document signer")


def _require_valid(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise NotAuthentic("the document signer's certificate is not valid at that time")


def _require_signing_allowed(certificate: x509.Certificate, at: datetime) -> None:
    _require_valid(certificate, at)
    period = _extension(certificate, x509.PrivateKeyUsagePeriod)
    if period is None:
        return
    moment = at.astimezone(UTC).replace(tzinfo=None)  # the period's times are naive, in UTC
    if not (period.not_before or moment) <= moment <= (period.not_after or moment):
        raise NotAuthentic("the document signer's key was not to be used at that time")


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
