"""Tokens of pages and streams; opaque to callers."""

import base64
import binascii
from collections.abc import Callable
from typing import TypeVar

from servicekit.errors import DomainError

T = TypeVar("T")


def write(value: object) -> str:
    """A token that holds a number or a text."""
    return base64.urlsafe_b64encode(str(value).encode()).decode()


def read(token: str, kind: Callable[[str], T], first: T, error: type[DomainError], field: str) -> T:
    """What a token holds; `first` for an empty one. Raises `error` for one that we never wrote."""
    if not token:
        return first
    try:
        return kind(base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii"))
    except (binascii.Error, ValueError):
        raise error("this token was not given out here", field=field) from None
