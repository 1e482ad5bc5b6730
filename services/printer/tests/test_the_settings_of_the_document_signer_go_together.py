import pytest
from printer.config import PrinterSettings
from pydantic import ValidationError

NEEDED = {
    "office": "BJM", "trusted_keys": "keys", "listen": "127.0.0.1:0", "certificate": "c",
    "private_key": "k", "authority": "a", "policy_file": "p", "database_url": "sqlite://",
}  # fmt: skip
SIGNER = {
    "document_signer_certificate": "ds.pem",
    "document_signer_key": "pkcs11:object=ds?module-path=/hsm.so",
    "csca_certificates": "csca",
}


def test_all_or_none() -> None:
    assert PrinterSettings(**NEEDED).document_signer_key is None  # type: ignore[arg-type]
    assert PrinterSettings(**NEEDED, **SIGNER).document_signer_key is not None  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", SIGNER)
def test_one_that_is_missing_is_noticed_at_the_start(missing: str) -> None:
    given = {name: value for name, value in SIGNER.items() if name != missing}

    with pytest.raises(ValidationError, match="go together"):
        PrinterSettings(**NEEDED, **given)  # type: ignore[arg-type]
