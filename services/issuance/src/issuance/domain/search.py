"""For what applications are searched, and how much one search may find."""

from dataclasses import dataclass
from datetime import date, datetime

from servicekit.errors import DomainError, ErrorKind, InvalidRequest

MOST_FOUND = 5_000
"""Applications that fulfil the most selective criterion, at most."""
MOST_WORDS = 5
MOST_DAYS = 31


class SearchTooBroad(DomainError):
    """More applications fulfil each criterion than one search may read; add another."""

    kind = ErrorKind.PRECONDITION
    reason = "SEARCH_TOO_BROAD"


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """What all applications fulfil that are found; empty and None mean anything.

    reference: parsed. words: beginnings of folded words of the name. created: first and last
    instant (excluded).
    """

    office: str = ""
    reference: str = ""
    document_number: str = ""
    words: tuple[str, ...] = ()
    born_on: date | None = None
    created: tuple[datetime, datetime] | None = None


def require_one_person(criteria: SearchCriteria) -> None:
    """Raise InvalidRequest unless the criteria tell one person from the others.

    Whoever searches all offices looks for somebody who stands there, and reads no register.
    """
    tells = criteria.reference or criteria.document_number
    if not (tells or (criteria.words and criteria.born_on)):
        raise InvalidRequest(
            "give the reference, the document number, or name and day of birth", field="reference"
        )


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """Who searched for what, in the name of whom.

    at: business time. office: of who searched, or that of national callers. found: on the page; 0
    also of a search that was refused.
    """

    at: datetime
    by: str
    on_behalf_of: str
    office: str
    criteria: SearchCriteria
    found: int


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Which recorded searches are listed; None and empty mean any.

    office: of who searched. by: who searched, or in whose name a service did. begin, end
    (excluded): when, business time.
    """

    office: str | None = None
    by: str = ""
    begin: datetime | None = None
    end: datetime | None = None
