"""Where does the next page, or a resumed stream, continue? At an opaque token's position."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from servicekit.errors import DomainError, ErrorKind

DEFAULT_PAGE_SIZE = 100
"""Items on a page when the request does not say; the contracts promise this number."""

T = TypeVar("T")

# Row and change numbers are 32-bit integers in the databases.
_LARGEST = 2**31 - 1


class BadPageToken(DomainError):
    """The page token was not issued by this list."""

    kind = ErrorKind.INVALID
    reason = "BAD_PAGE_TOKEN"


def encode(last: int | str) -> str:
    """Return the token that continues after the last item sent.

    last: the item's number, 0 to 2**31 - 1, or its key, printable ASCII.
    """
    return base64.urlsafe_b64encode(str(last).encode("ascii")).decode("ascii")


def encode_next(found: Sequence[T], page_size: int, key: Callable[[T], int | str]) -> str:
    """Return the token of the next page; empty if there is none.

    found: the items of a page, and one more if there is another page. key: of an item.
    """
    return encode(key(found[page_size - 1])) if len(found) > page_size else ""


def decode_number(
    token: str, error: type[DomainError] = BadPageToken, field: str = "page_token"
) -> int:
    """Return the number in a token, 0 for an empty token.

    Raises ``error``, naming the request's ``field``, for a token that was not issued by us.
    """
    content = decode_key(token, error, field)
    if content and not (content.isdecimal() and int(content) <= _LARGEST):
        raise error("this token was not issued here", field=field)
    return int(content or 0)


def decode_key(
    token: str, error: type[DomainError] = BadPageToken, field: str = "page_token"
) -> str:
    """Return the key in a token, empty for an empty token.

    Raises ``error``, naming the request's ``field``, for a token that was not issued by us.
    """
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        content = "\0"
    if not content.isprintable():
        raise error("this token was not issued here", field=field)
    return content
