"""How long lists are answered in pages with opaque tokens."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from servicekit.grpc import page_tokens

from issuance.store.oldest_first import ListPosition
from issuance.store.page_request import PageRequest

T = TypeVar("T")


def page_request(size: int, token: str) -> PageRequest:
    """Return the page that is asked for; size 0 means the default. Raises BadPageToken."""
    return PageRequest(page_tokens.decode_number(token), page_size(size))


def page_size(size: int) -> int:
    """Return how many items are asked for; size 0 means the default."""
    return size or page_tokens.DEFAULT_PAGE_SIZE


def list_position(token: str) -> ListPosition | None:
    """Return where the page before ended; None for the first page. Raises BadPageToken."""
    if not token:
        return None
    since, _, key = page_tokens.decode_key(token).partition(" ")
    try:
        at = datetime.fromisoformat(since)
        position = ListPosition(at.astimezone(UTC), key)
    except (ValueError, OverflowError):
        at, position = datetime.min, None
    if position is None or at.tzinfo is None or not key:
        raise page_tokens.BadPageToken("this token was not issued here", field="page_token")
    return position


def position_token(end: ListPosition | None) -> str:
    """Return the token of the page after a position; empty at the end of the list."""
    return "" if end is None else page_tokens.encode(f"{end.since.isoformat()} {end.key}")


def next_page_token(page: PageRequest, rows: Sequence[tuple[int, T]]) -> str:
    """Return the token of the page after these numbered rows; empty at the end of the list."""
    if len(rows) < page.size:
        return ""
    return page_tokens.encode(rows[-1][0])
