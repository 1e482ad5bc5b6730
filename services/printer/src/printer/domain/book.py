"""Blank books: the states of a book and the transitions between them."""

import re
from dataclasses import dataclass
from enum import Enum

from printer.domain.errors import BadRange


class BookState(Enum):
    """Where a book is; each serial is in exactly one state."""

    SAFE = "SAFE"
    LOADED = "LOADED"
    ASSIGNED = "ASSIGNED"
    ISSUED = "ISSUED"
    SPOILED = "SPOILED"
    QUARANTINED = "QUARANTINED"


class BookTransition(Enum):
    """All that can happen to a received book: the state before it and the state after it.

    `printer.domain.job.TRANSITIONS` says which event of a job makes which transition.
    """

    LOAD = (BookState.SAFE, BookState.LOADED)
    ASSIGN = (BookState.LOADED, BookState.ASSIGNED)
    UNASSIGN = (BookState.ASSIGNED, BookState.LOADED)
    ISSUE = (BookState.ASSIGNED, BookState.ISSUED)
    SPOIL = (BookState.ASSIGNED, BookState.SPOILED)
    QUARANTINE = (BookState.ASSIGNED, BookState.QUARANTINED)
    RESOLVE_AS_PRINTED = (BookState.QUARANTINED, BookState.ASSIGNED)
    RESOLVE_AS_NOT_PRINTED = (BookState.QUARANTINED, BookState.SAFE)
    RESOLVE_AS_SPOILED = (BookState.QUARANTINED, BookState.SPOILED)

    @property
    def source(self) -> BookState:
        """State that the book must be in."""
        return self.value[0]

    @property
    def target(self) -> BookState:
        """State that the book is in afterwards."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Book:
    """A book; machine_id, attempt_id and document_number are empty while it has none."""

    serial: str
    state: BookState
    machine_id: str = ""
    attempt_id: str = ""
    document_number: str = ""


def serial_range(first: str, count: int) -> list[str]:
    """Return `count` consecutive serials beginning with `first`.

    A serial is one or two letters and 6 to 8 digits. Raises BadRange if `first` is none, `count`
    is below 1, or the range needs more digits than `first` has.
    """
    match = re.fullmatch("([A-Z]{1,2})([0-9]{6,8})", first)
    if match is None:
        raise BadRange(f"{first!r} is not a serial", field="books.first_serial")
    letters, digits = match.groups()
    start = int(digits)
    if count < 1 or start + count > 10 ** len(digits):
        raise BadRange(f"there are no {count} serials from {first} on", field="books.count")
    return [f"{letters}{number:0{len(digits)}d}" for number in range(start, start + count)]
