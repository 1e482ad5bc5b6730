"""Tokens that say from where to go on, in a list of pages or in a stream; opaque to callers."""

import base64
import binascii

from servicekit.errors import DomainError, ErrorKind

# Databases keep numbers of rows and changes in 32 bits.
_LARGEST = 2**31 - 1


class BadPageToken(DomainError):
    """The page token was not given out by this list."""

    kind = ErrorKind.INVALID
    reason = "BAD_PAGE_TOKEN"


def write(after: int | str) -> str:
    """A token for what comes after a number of 0 or more, or after a key of printable ASCII."""
    return base64.urlsafe_b64encode(str(after).encode("ascii")).decode("ascii")


def read_number(
    token: str, refusal: type[DomainError] = BadPageToken, field: str = "page_token"
) -> int:
    """The number in a token; 0 for an empty one. Raises ``refusal`` for one that is not ours."""
    content = read_key(token, refusal, field)
    if content and not (content.isdecimal() and int(content) <= _LARGEST):
        raise refusal("this token was not given out here", field=field)
    return int(content or 0)


def read_key(
    token: str, refusal: type[DomainError] = BadPageToken, field: str = "page_token"
) -> str:
    """The key in a token, empty for an empty one. Raises ``refusal`` for one that is not ours."""
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        content = "\0"
    if not content.isprintable():
        raise refusal("this token was not given out here", field=field)
    return content
