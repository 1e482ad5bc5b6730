import os
import subprocess
from pathlib import Path

import pkcs11
import pytest
from printer.chip.chip_issuer import load_chip_issuer
from printer.chip.document_signer import SigningFailed, load_document_signer
from printer.chip.pkcs11_key import Pkcs11Key
from servicekit.security.pkcs11_key import Pkcs11Uri

from .chips import MRZ, NOON, Country, a_country, a_portrait

MODULE = "/usr/lib/softhsm/libsofthsm2.so"


def test_a_uri_names_the_module_the_token_the_key_and_its_pin() -> None:
    uri = Pkcs11Uri.parse(
        "pkcs11:token=The%20signer;object=ds;id=%01%02;type=private"
        "?module-path=/usr/lib/hsm.so&pin-source=file:/run/pin",
        "private",
    )

    assert uri.module == "/usr/lib/hsm.so"
    assert uri.pin_file == Path("/run/pin")
    assert uri.attributes["token"] == "The%20signer"


@pytest.mark.parametrize(
    "uri",
    ["pkcs11:object=ds", "pkcs11:token=t?module-path=/m.so", "file:/ds.key",
     "pkcs11:object=ds;type=cert?module-path=/m.so", "pkcs11:object=ds;hue=red?module-path=/m.so",
     "pkcs11:object?module-path=/m.so", "pkcs11:object=ds?module-path=/m.so&module-name=x"],
)  # fmt: skip
def test_a_uri_of_something_else_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="PKCS#11"):
        Pkcs11Uri.parse(uri, "private")


def test_a_module_that_is_not_there_gives_no_signature() -> None:
    with pytest.raises(SigningFailed):
        Pkcs11Key("pkcs11:object=ds?module-path=/nowhere/hsm.so").sign(b"")


@pytest.mark.system
def test_softhsm_signs_a_chip_that_is_authentic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    country = a_country(tmp_path / "id")
    key = _in_softhsm(country, tmp_path, monkeypatch)

    issuer = load_chip_issuer(country.files.certificate, key, country.files.authorities)
    for _ in range(3):
        issuer.authentication.verify(issuer.make_files(MRZ, a_portrait(), "F", NOON), MRZ, NOON)
    with pytest.raises(ValueError, match="does not sign for"):
        load_document_signer(country.files.certificate, key.replace("object=ds", "object=other"))
    (tmp_path / "pin").write_text("9999\n")
    with pytest.raises(SigningFailed):
        issuer.signer.sign(b"")


def _in_softhsm(country: Country, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Move the signer's key into a token of SoftHSM; return its URI."""
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    pin = folder / "pin"
    pin.write_text("4711\n")
    for arguments in (
        ["--init-token", "--free", "--label", "The signer", "--so-pin", "0815", "--pin", "4711"],
        ["--import", str(country.files.private_key), "--token", "The signer", "--label", "ds",
         "--id", "01", "--pin", "4711"],
    ):  # fmt: skip
        subprocess.run(["softhsm2-util", *arguments], check=True, env=os.environ)
    pkcs11.lib(MODULE).reinitialize()  # another test may have used it with another folder
    country.files.private_key.unlink()
    return f"pkcs11:token=The%20signer;object=ds?module-path={MODULE}&pin-source=file:{pin}"
