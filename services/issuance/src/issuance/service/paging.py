"""How long lists are answered in pages with opaque tokens."""

from collections.abc import Sequence
from typing import TypeVar

from servicekit.grpc import page_tokens

from issuance.store.page_request import PageRequest

T = TypeVar("T")


def page_request(size: int, token: str) -> PageRequest:
    """Return the page that is asked for; size 0 means the default. Raises BadPageToken."""
    return PageRequest(page_tokens.decode_number(token), size or page_tokens.DEFAULT_PAGE_SIZE)


def next_page_token(page: PageRequest, rows: Sequence[tuple[int, T]]) -> str:
    """Return the token of the page after these numbered rows; empty at the end of the list."""
    if len(rows) < page.size:
        return ""
    return page_tokens.encode(rows[-1][0])
