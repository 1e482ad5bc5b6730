from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from printer.chip import data_groups
from printer.chip.chip_issuer import load_chip_issuer
from printer.chip.data_objects import MalformedChipData
from printer.chip.document_signer import load_document_signer
from printer.chip.elementary_files import ElementaryFiles
from printer.chip.passive_authentication import NotAuthentic, load_authorities
from printer.chip.security_object import decode_security_object

from .chips import MRZ, NOON, Country, a_country, a_portrait


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Country:
    return a_country(tmp_path_factory.mktemp("id"))


@pytest.fixture(scope="module")
def other_country(tmp_path_factory: pytest.TempPathFactory) -> Country:
    return a_country(tmp_path_factory.mktemp("xx"))


def test_what_the_document_signer_signed_is_authentic(country: Country) -> None:
    country.issuer.authentication.verify(country.chip(), MRZ, NOON)


def test_it_stays_so_for_the_ten_years_of_the_passport(country: Country) -> None:
    country.issuer.authentication.verify(country.chip(), MRZ, NOON + timedelta(days=3652))


def test_equal_files_have_an_equal_digest_and_others_another(country: Country) -> None:
    chip = country.chip()

    assert replace(chip).digest == chip.digest
    assert len(chip.digest) == 32
    assert replace(chip, dg2=chip.dg2[:-1] + b"?").digest != chip.digest


ANOTHER_MRZ = MRZ.replace("ANNA", "ANNE")
DAMAGES: dict[str, Callable[[ElementaryFiles], ElementaryFiles]] = {
    "another portrait": lambda chip: replace(
        chip, dg2=data_groups.face(a_portrait("JPEG2000"), "F")
    ),
    "another name in data group 1": lambda chip: replace(
        chip, dg1=data_groups.machine_readable_zone(ANOTHER_MRZ)
    ),
    "EF.COM lists data group 3": lambda chip: replace(
        chip, com=data_groups.common_data(b"\x61\x75\x63")
    ),
    "the signature changed": lambda chip: replace(
        chip, sod=chip.sod[:-1] + bytes([chip.sod[-1] ^ 1])
    ),
    "EF.SOD ends early": lambda chip: replace(chip, sod=chip.sod[:-1]),
    "no EF.SOD": lambda chip: replace(chip, sod=b""),
    "EF.SOD is another file": lambda chip: replace(chip, sod=chip.dg1),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_changed_is_not(country: Country, damage: str) -> None:
    with pytest.raises(NotAuthentic):
        country.issuer.authentication.verify(DAMAGES[damage](country.chip()), MRZ, NOON)


def test_a_changed_byte_is_noticed_or_changes_nothing_that_is_said(country: Country) -> None:
    chip = country.chip()

    for position in range(0, len(chip.sod), 7):
        sod = bytearray(chip.sod)
        sod[position] ^= 0x20
        # Not all of a CMS message is signed: it may name its algorithms twice, for instance.
        with suppress(NotAuthentic):
            country.issuer.authentication.verify(replace(chip, sod=bytes(sod)), MRZ, NOON)
            assert decode_security_object(bytes(sod)) == decode_security_object(chip.sod)


def test_a_chip_of_another_page_is_not(country: Country) -> None:
    with pytest.raises(NotAuthentic, match="data group 1"):
        country.issuer.authentication.verify(country.chip(ANOTHER_MRZ), MRZ, NOON)


def test_a_signer_of_an_unknown_csca_is_not(country: Country, other_country: Country) -> None:
    with pytest.raises(NotAuthentic, match="CSCA"):
        country.issuer.authentication.verify(other_country.chip(), MRZ, NOON)


@pytest.mark.parametrize("days", [-3, 100, 5000])
def test_signed_when_the_key_was_not_to_be_used_is_not(country: Country, days: int) -> None:
    signed_at = NOON + timedelta(days=days)

    with pytest.raises(NotAuthentic):
        country.issuer.authentication.verify(country.chip(at=signed_at), MRZ, signed_at)


def test_a_certificate_that_has_expired_is_not(country: Country) -> None:
    with pytest.raises(NotAuthentic, match="not valid"):
        country.issuer.authentication.verify(country.chip(), MRZ, NOON + timedelta(days=5000))


def test_the_csca_itself_is_no_document_signer(country: Country, other_country: Country) -> None:
    [csca] = load_authorities(country.files.authorities)

    with pytest.raises(NotAuthentic):
        country.issuer.authentication.verify_issuer(csca)


def test_a_signer_and_a_key_that_do_not_belong_together_are_refused(
    country: Country, other_country: Country
) -> None:
    with pytest.raises(ValueError, match="does not sign for"):
        load_document_signer(country.files.certificate, str(other_country.files.private_key))
    with pytest.raises(ValueError, match="no trusted CSCA"):
        load_chip_issuer(
            country.files.certificate,
            str(country.files.private_key),
            other_country.files.authorities,
        )


def test_a_certificate_of_a_signer_is_no_authority(country: Country, tmp_path: Path) -> None:
    (tmp_path / "signer.pem").write_bytes(country.files.certificate.read_bytes())

    with pytest.raises(ValueError, match="not the certificate of an authority"):
        load_authorities(tmp_path)


def test_an_empty_folder_holds_no_authority(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no certificate"):
        load_authorities(tmp_path)


def test_a_portrait_that_is_no_jpeg_makes_no_chip(country: Country) -> None:
    with pytest.raises(MalformedChipData):
        country.issuer.make_files(MRZ, b"GIF89a", "F", NOON)
