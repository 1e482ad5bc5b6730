"""A token of SoftHSM with AES keys that never leave it."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "4711"


def make_token(folder: Path, set_environment: Callable[[str, str], None]) -> None:
    """Make a token in a folder, which this process then uses, with the keys one and other."""
    import pkcs11
    from pkcs11 import Attribute, KeyType

    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    set_environment("SOFTHSM2_CONF", str(config))
    label = folder.name
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "0815",
         "--pin", PIN],
        check=True,
        env=os.environ,
        capture_output=True,
    )  # fmt: skip
    library = pkcs11.lib(MODULE)
    library.reinitialize()
    with library.get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
        for name in ("one", "other"):
            key = session.generate_key(KeyType.AES, 256, label=name, store=True)
            assert key[Attribute.SENSITIVE]
            assert not key[Attribute.EXTRACTABLE]
    (folder / "pin").write_text(f"{PIN}\n")


def uri(folder: Path, name: str) -> str:
    """The URI of a key of the token in a folder."""
    return (
        f"pkcs11:token={quote(folder.name)};object={name};type=secret-key"
        f"?module-path={MODULE}&pin-source=file:{folder / 'pin'}"
    )
