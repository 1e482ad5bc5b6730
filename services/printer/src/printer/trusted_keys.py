"""Public keys of issuance that this office trusts to sign clearances, read from a folder."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key


def load_trusted_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """Return the keys of a folder by `kid`; each is a PEM file `<kid>.pem`.

    Raises ValueError when there is none, or one is not an Ed25519 public key.
    """
    keys = {}
    for file in sorted(folder.glob("*.pem")):
        try:
            keys[file.stem] = read_trusted_key(file.read_text())
        except ValueError:
            raise ValueError(f"{file} is not an Ed25519 public key") from None
    if not keys:
        raise ValueError(f"there is no trusted key <kid>.pem in {folder}")
    return keys


def read_trusted_key(pem: str) -> Ed25519PublicKey:
    """Return an Ed25519 public key from PEM; raise ValueError if it is none."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 public key")
    return key


def trusted_key_pem(key: Ed25519PublicKey) -> str:
    """Return a public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
