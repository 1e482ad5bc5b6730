"""Where does the master key come from? From a file, in clear or encrypted by a PKCS#11 token.

Encrypted, the file is worth nothing without the token, whose key never leaves it. The token is
needed when a process starts; then the master key is in the memory of that process.
"""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.store.encryption import KEY_BYTES, MasterKey

if TYPE_CHECKING:
    from matcher.store.token_key import TokenKey

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_master_key(path: Path, token_uri: str | None = None) -> MasterKey:
    """Read a file that only its owner may read. Raises OSError, ValueError.

    token_uri: PKCS#11 URI of the key that the file is encrypted by; None if it is in clear.
    """
    content = _read_private(path)
    if token_uri is not None:
        if len(content) == KEY_BYTES:
            raise ValueError(f"{path}: it holds the key in clear, and master_key_token is set")
        content = _token_key(token_uri).decrypt(content)
    if len(content) != KEY_BYTES:
        raise ValueError(
            f"{path}: a master key has {KEY_BYTES} bytes, not {len(content)}; if a token encrypted "
            "it, set master_key_token"
        )
    return MasterKey(content)


def create_master_key(
    path: Path, token_uri: str | None = None, existing: Path | None = None
) -> None:
    """Write a master key into a file of mode 0600. Raises FileExistsError, OSError, ValueError.

    What a token encrypts is decrypted by it again first: a key that no matcher could read is worth
    nothing, and would be noticed when the one in clear is gone.

    token_uri: PKCS#11 URI of the key to encrypt it by; None to write it in clear. existing: file
    that holds the master key in clear; None to make a new one.
    """
    content = os.urandom(KEY_BYTES) if existing is None else _read_private(existing)
    if len(content) != KEY_BYTES:
        raise ValueError(f"{existing}: a master key has {KEY_BYTES} bytes, not {len(content)}")
    if token_uri is not None:
        content = _encrypted(content, _token_key(token_uri))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read_private(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        content = file.read()
    if mode & _OTHERS:
        raise ValueError(f"{path}: others than its owner may read it; run: chmod 600 {path}")
    return content


def _encrypted(content: bytes, token: "TokenKey") -> bytes:
    encrypted = token.encrypt(content)
    if token.decrypt(encrypted) != content:
        raise ValueError("the token does not give back what it encrypted: no key was written")
    return encrypted


def _token_key(uri: str) -> "TokenKey":
    try:
        # Imported here: the package is needed only where a PKCS#11 module is used.
        from matcher.store.token_key import TokenKey
    except ImportError:
        raise ValueError("a PKCS#11 token needs the package extra pkcs11") from None
    return TokenKey.parse(uri)
