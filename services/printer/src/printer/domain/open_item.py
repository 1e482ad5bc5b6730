"""Differences between what a person counted and the records, until they are resolved."""

from dataclasses import dataclass
from enum import Enum

from printer.domain.attribution import Attribution
from printer.domain.errors import SecondPersonRequired
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason

OWNER_ROLE = "administrator"
"""Role of those who have to resolve open items."""


class OpenItemKind(Enum):
    """How a count differed from the records."""

    MISSING_BOOKS = "MISSING_BOOKS"
    UNEXPECTED_BOOKS = "UNEXPECTED_BOOKS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Why an item is settled, and by whom; reason is None where a later count settled it."""

    reason: DecisionReason | None
    explanation: str
    by: Attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """A range of books of which a count differed from the records.

    machine_id: where they were counted, empty for the safe. found: by whom and when, first.
    resolution: None while it is open. item_id: assigned when it is stored.
    """

    kind: OpenItemKind
    machine_id: str
    books: SerialRange
    found: Attribution
    resolution: Resolution | None = None
    item_id: int = 0

    def require_other_person(self, by: Attribution) -> None:
        """Raise SecondPersonRequired if this is who found it, NotPermitted if it is no person."""
        if by.is_same_person_as(self.found):
            raise SecondPersonRequired(
                f"{by.person_name} found this: another person must resolve it"
            )
