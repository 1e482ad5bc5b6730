"""Lists in pages: opaque tokens, honest sizes, and whose things a caller sees."""

from servicekit.grpc import page_tokens
from servicekit.security.identity import NATIONAL, Caller

from issuance.domain.office import WrongOffice
from issuance.use_cases.kept import Page

DEFAULT_SIZE = 100


def page(size: int, token: str) -> Page:
    """The part of the list that is asked for. Raises BadPageToken."""
    return Page(page_tokens.decode_number(token), size or DEFAULT_SIZE)


def next_token(page: Page, numbers: list[int]) -> str:
    """For the page that follows these rows; empty where the list has ended."""
    if len(numbers) < page.size:
        return ""
    return page_tokens.encode(numbers[-1])


def own_office(caller: Caller, office: str) -> None:
    """Raise WrongOffice unless the caller may act for the office."""
    if not caller.covers_office(office):
        raise WrongOffice(
            f"a caller of {caller.office} acts on that office's things only", office=caller.office
        )


def visible_office(caller: Caller, asked: str) -> str | None:
    """The office whose things are listed; None means all. Raises WrongOffice."""
    if asked or caller.office != NATIONAL:
        own_office(caller, asked)
    return asked or None
