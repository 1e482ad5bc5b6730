"""OpenSSL is the independent judge of what the document signer signed."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from printer.chip.data_objects import decode_one

from .chips import NOON, a_country

pytestmark = pytest.mark.system


def cms_verify(sod: Path, csca: Path, content: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["openssl", "cms", "-verify", "-inform", "DER", "-in", sod, "-CAfile", csca,
         "-attime", str(int(NOON.timestamp())), "-purpose", "any", "-out", content],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_signed_by_the_document_signer_of_the_csca(tmp_path: Path) -> None:
    country = a_country(tmp_path / "id")
    chip = country.chip()
    signed = tmp_path / "sod.der"
    signed.write_bytes(decode_one(chip.sod, 0x77))

    judgement = cms_verify(signed, country.files.authorities / "csca.pem", tmp_path / "lds")

    assert judgement.returncode == 0, judgement.stderr
    content = (tmp_path / "lds").read_bytes()
    assert content == (
        bytes.fromhex("3072 020101 300d 0609608648016503040201 0500 304e")
        + bytes.fromhex("3025 020101 0420") + sha256(chip.dg1).digest()
        + bytes.fromhex("3025 020102 0420") + sha256(chip.dg2).digest()
        + bytes.fromhex("300e 1304") + b"0108" + bytes.fromhex("1306") + b"040000"
    )  # fmt: skip


@pytest.mark.parametrize("what", ["another csca", "a changed signature"])
def test_openssl_refuses(tmp_path: Path, what: str) -> None:
    country, other_country = a_country(tmp_path / "id"), a_country(tmp_path / "xx")
    content = decode_one(country.chip().sod, 0x77)
    trusted = other_country if what == "another csca" else country
    if what == "a changed signature":
        content = content[:-1] + bytes([content[-1] ^ 1])
    signed = tmp_path / "sod.der"
    signed.write_bytes(content)

    judgement = cms_verify(signed, trusted.files.authorities / "csca.pem", tmp_path / "lds")

    assert judgement.returncode != 0
