"""A key in a PKCS#11 module (smart card, hardware security module, SoftHSM), by its URI.

Needs the package extra `pkcs11`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, unquote_to_bytes, urlsplit

import pkcs11

_PATH_ATTRIBUTES = {"token", "serial", "object", "id", "type"}
_QUERY_ATTRIBUTES = {"module-path", "pin-value", "pin-source"}
_CLASSES = {
    "private": pkcs11.ObjectClass.PRIVATE_KEY,
    "secret-key": pkcs11.ObjectClass.SECRET_KEY,
}

KeyType = Literal["private", "secret-key"]


@dataclass(frozen=True, slots=True)
class Pkcs11Uri:
    """A key by its PKCS#11 URI (RFC 7512).

    key_type: as the attribute `type` calls it. attributes: `token`, `serial`, `object`, `id`, as
    far as given, percent-encoded. module: path of the module's library. pin_file: file with the
    PIN, read for each use; otherwise `pin`.
    """

    key_type: KeyType
    attributes: Mapping[str, str]
    module: str
    pin: str | None
    pin_file: Path | None

    @classmethod
    def parse(cls, uri: str, key_type: KeyType) -> "Pkcs11Uri":
        """Return what a URI says; raise ValueError for one that does not name such a key."""
        scheme, path, query = _split(uri)
        attributes, parameters = _pairs(path, ";"), _pairs(query, "&")
        unknown = (attributes.keys() - _PATH_ATTRIBUTES) | (parameters.keys() - _QUERY_ATTRIBUTES)
        if scheme != "pkcs11" or unknown:
            raise ValueError(f"not a PKCS#11 URI of a key, or unknown in it: {sorted(unknown)}")
        if "module-path" not in parameters or not attributes.keys() & {"object", "id"}:
            raise ValueError("a PKCS#11 URI needs module-path, and object or id")
        if attributes.get("type", key_type) != key_type:
            raise ValueError(f"the PKCS#11 URI names something else than a key of type {key_type}")
        source = parameters.get("pin-source")
        return cls(
            key_type=key_type,
            attributes=attributes,
            module=unquote(parameters["module-path"]),
            pin=unquote(parameters["pin-value"]) if "pin-value" in parameters else None,
            pin_file=Path(unquote(source.removeprefix("file:"))) if source else None,
        )

    def read_pin(self) -> str | None:
        """Return the PIN, None where there is none; raises OSError."""
        return self.pin_file.read_text().strip() if self.pin_file else self.pin


@contextmanager
def open_key(uri: Pkcs11Uri) -> Iterator[pkcs11.Key]:
    """Log in to the token, and use its key in the block.

    Raises pkcs11.PKCS11Error, RuntimeError if the module cannot be loaded, and OSError if the file
    with the PIN cannot be read. A login is the process's: two at once would end each other's.
    """
    given = uri.attributes
    token = pkcs11.lib(uri.module).get_token(
        token_label=_text(given, "token"), token_serial=_bytes(given, "serial")
    )
    with token.open(user_pin=uri.read_pin()) as session:
        yield session.get_key(
            object_class=_CLASSES[uri.key_type],
            label=_text(given, "object"),
            id=_bytes(given, "id"),
        )


def _split(uri: str) -> tuple[str, str, str]:
    parts = urlsplit(uri)
    return parts.scheme, parts.path, parts.query


def _pairs(text: str, separator: str) -> dict[str, str]:
    items = [item.partition("=") for item in text.split(separator) if item]
    if not all(equals for _, equals, _ in items):
        raise ValueError("an attribute of the PKCS#11 URI has no value")
    return {name: value for name, _, value in items}


def _text(attributes: Mapping[str, str], name: str) -> str | None:
    return unquote(attributes[name]) if name in attributes else None


def _bytes(attributes: Mapping[str, str], name: str) -> bytes | None:
    return unquote_to_bytes(attributes[name]) if name in attributes else None
