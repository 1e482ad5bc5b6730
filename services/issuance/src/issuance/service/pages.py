"""Lists in pages: opaque tokens, honest sizes, and whose things a caller sees."""

import base64
import binascii

from servicekit.errors import DomainError, Kind
from servicekit.identity import NATIONAL, Caller

from issuance.domain.office import WrongOffice
from issuance.use_cases.kept import Page

DEFAULT_SIZE = 100


class BadPageToken(DomainError):
    """The page token was not given out by this list."""

    kind = Kind.INVALID
    reason = "BAD_PAGE_TOKEN"


def page(size: int, token: str) -> Page:
    """The part of the list that is asked for. Raises BadPageToken."""
    return Page(_after(token), size or DEFAULT_SIZE)


def next_token(page: Page, numbers: list[int]) -> str:
    """For the page that follows these rows; empty where the list has ended."""
    if len(numbers) < page.size:
        return ""
    return base64.urlsafe_b64encode(b"n" + str(numbers[-1]).encode()).decode()


def _after(token: str) -> int:
    if not token:
        return 0
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True)
        if content[:1] != b"n":
            raise ValueError("foreign")
        number = int(content[1:])
    except (ValueError, binascii.Error):
        number = -1
    if not 0 <= number < 2**31:
        raise BadPageToken("this page token is not ours", field="page_token")
    return number


def own_office(caller: Caller, office: str) -> None:
    """Raise WrongOffice unless the caller may act for the office."""
    if not caller.may_act_for(office):
        raise WrongOffice(
            f"a caller of {caller.office} acts on that office's things only", office=caller.office
        )


def visible_office(caller: Caller, asked: str) -> str | None:
    """The office whose things are listed; None means all. Raises WrongOffice."""
    if asked or caller.office != NATIONAL:
        own_office(caller, asked)
    return asked or None
