"""Public keys of issuance that this office trusts to sign clearances, read from a folder."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def load_trusted_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """Return the keys of a folder by `kid`; each is a PEM file `<kid>.pem`.

    Raises ValueError when there is none, or one is not an Ed25519 public key.
    """
    keys = {}
    for file in sorted(folder.glob("*.pem")):
        key = load_pem_public_key(file.read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError(f"{file} is not an Ed25519 public key")
        keys[file.stem] = key
    if not keys:
        raise ValueError(f"there is no trusted key <kid>.pem in {folder}")
    return keys
