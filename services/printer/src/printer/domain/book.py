"""Blank books: each serial in exactly one state, and the moves between them."""

import re
from dataclasses import dataclass
from enum import Enum

from printer.domain.errors import BadRange


class BookState(Enum):
    """Where a book is."""

    SAFE = "SAFE"
    LOADED = "LOADED"
    ASSIGNED = "ASSIGNED"
    ISSUED = "ISSUED"
    SPOILED = "SPOILED"
    QUARANTINED = "QUARANTINED"


class BookMove(Enum):
    """Everything that happens to a book once it is received: where from, where to."""

    LOAD = (BookState.SAFE, BookState.LOADED)
    ASSIGN = (BookState.LOADED, BookState.ASSIGNED)
    LEAVE = (BookState.ASSIGNED, BookState.LOADED)
    ISSUE = (BookState.ASSIGNED, BookState.ISSUED)
    SPOIL = (BookState.ASSIGNED, BookState.SPOILED)
    SET_ASIDE = (BookState.ASSIGNED, BookState.QUARANTINED)
    FIND_PRINTED = (BookState.QUARANTINED, BookState.ASSIGNED)
    FIND_BLANK = (BookState.QUARANTINED, BookState.SAFE)
    FIND_SPOILED = (BookState.QUARANTINED, BookState.SPOILED)

    @property
    def source(self) -> BookState:
        """The state in which the book must be."""
        return self.value[0]

    @property
    def target(self) -> BookState:
        """The state in which it is afterwards."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Book:
    """A book; machine, attempt and document number are empty while it has none."""

    serial: str
    state: BookState
    machine_id: str = ""
    attempt_id: str = ""
    document_number: str = ""


def serials(first: str, count: int) -> list[str]:
    """`count` serials from `first` on: one or two letters, then 6 to 8 digits.

    Raises BadRange where the digits do not suffice.
    """
    match = re.fullmatch("([A-Z]{1,2})([0-9]{6,8})", first)
    if match is None:
        raise BadRange(f"{first!r} is not a serial", field="books.first_serial")
    letters, digits = match.groups()
    start = int(digits)
    if count < 1 or start + count > 10 ** len(digits):
        raise BadRange(f"no {count} serials from {first} on", field="books.count")
    return [f"{letters}{number:0{len(digits)}d}" for number in range(start, start + count)]
