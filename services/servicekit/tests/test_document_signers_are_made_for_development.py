"""Certificates for e-passports, as the profiles of ICAO Doc 9303-12, clause 7.1, want them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtensionOID
from servicekit.security.development_document_signer import (
    DocumentSignerFiles,
    issue_document_signer,
)

DOCUMENT_TYPE_LIST = x509.ObjectIdentifier("2.23.136.1.1.6.2")
OF_BOTH = {
    ExtensionOID.PRIVATE_KEY_USAGE_PERIOD: False,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER: False,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER: False,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME: False,
    ExtensionOID.ISSUER_ALTERNATIVE_NAME: False,
    ExtensionOID.CRL_DISTRIBUTION_POINTS: False,
    ExtensionOID.KEY_USAGE: True,
}


@pytest.fixture
def files(tmp_path: Path) -> DocumentSignerFiles:
    return issue_document_signer(tmp_path / "new", datetime(2018, 10, 22, 1, tzinfo=UTC))


@pytest.fixture
def csca(files: DocumentSignerFiles) -> x509.Certificate:
    (file,) = files.authorities.iterdir()
    return x509.load_pem_x509_certificate(file.read_bytes())


@pytest.fixture
def signer(files: DocumentSignerFiles) -> x509.Certificate:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes())


def critical(certificate: x509.Certificate) -> dict[x509.ObjectIdentifier, bool]:
    return {each.oid: each.critical for each in certificate.extensions}


def test_the_csca_signs_certificates_of_no_other_authority(csca: x509.Certificate) -> None:
    constraints = csca.extensions.get_extension_for_class(x509.BasicConstraints).value
    usage = csca.extensions.get_extension_for_class(x509.KeyUsage).value

    assert constraints == x509.BasicConstraints(ca=True, path_length=0)
    assert (usage.key_cert_sign, usage.digital_signature) == (True, False)
    assert critical(csca) == OF_BOTH | {ExtensionOID.BASIC_CONSTRAINTS: True}


def test_the_signer_signs_passports_only(signer: x509.Certificate) -> None:
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    types: x509.UnrecognizedExtension = signer.extensions.get_extension_for_oid(
        DOCUMENT_TYPE_LIST
    ).value  # type: ignore[assignment]

    assert (usage.key_cert_sign, usage.digital_signature) == (False, True)
    assert types.value.hex(" ") == "30 08 02 01 00 31 03 13 01 50"  # version 0, {"P"}
    assert critical(signer) == OF_BOTH | {DOCUMENT_TYPE_LIST: False}


def test_the_csca_vouches_for_the_signers_key(
    files: DocumentSignerFiles, csca: x509.Certificate, signer: x509.Certificate
) -> None:
    key = load_pem_private_key(files.private_key.read_bytes(), password=None)

    signer.verify_directly_issued_by(csca)
    csca.verify_directly_issued_by(csca)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == signer.public_key()
    assert files.private_key.stat().st_mode & 0o077 == 0


def test_the_signer_outlives_the_passports_that_it_signed(
    csca: x509.Certificate, signer: x509.Certificate
) -> None:
    signs = [
        certificate.extensions.get_extension_for_class(x509.PrivateKeyUsagePeriod).value
        for certificate in (signer, csca)
    ]

    assert [period.not_before for period in signs] == [datetime(2018, 10, 21, 1)] * 2
    assert [period.not_after for period in signs] == [
        datetime(2019, 1, 21, 1),
        datetime(2022, 10, 24, 1),
    ]
    assert signer.not_valid_before_utc == datetime(2018, 10, 21, 1, tzinfo=UTC)
    assert signer.not_valid_after_utc == datetime(2029, 4, 30, 1, tzinfo=UTC)
    assert csca.not_valid_after_utc == datetime(2033, 1, 31, 1, tzinfo=UTC)


def test_a_second_signer_may_be_made_in_the_same_folder(tmp_path: Path) -> None:
    first = issue_document_signer(tmp_path, datetime(2018, 10, 22, tzinfo=UTC))
    key = first.private_key.read_bytes()

    second = issue_document_signer(tmp_path, datetime(2019, 1, 22, tzinfo=UTC))

    assert second == first
    assert second.private_key.read_bytes() != key
