"""An office: where people apply, and where their books are printed and handed out."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.notices import Desk
from issuance.domain.print_room import Capacity
from issuance.domain.working_time import Calendar


class UnknownOffice(DomainError):
    """There is no such office."""

    kind = ErrorKind.NOT_FOUND
    reason = "UNKNOWN_OFFICE"


class WrongOffice(DomainError):
    """The caller belongs to another office."""

    kind = ErrorKind.DENIED
    reason = "WRONG_OFFICE"


@dataclass(frozen=True, slots=True)
class Machines:
    """What prints from a day on."""

    since: date
    count: int
    books_per_day: Fraction
    """Of one machine, on a working day."""


@dataclass(frozen=True, slots=True)
class Office:
    """What is settled about an office; its machines change and are kept in the database."""

    id: str
    name: str
    desk: Desk
    promise_working_days: int
    machines: int
    """At the very beginning."""
    books_per_machine_per_day: Fraction

    @property
    def calendar(self) -> Calendar:
        """Its working days and hours."""
        return self.desk.calendar


def capacity(changes: list[Machines]) -> Capacity:
    """The capacity that follows from machines, sorted by day."""
    return Capacity(tuple((at.since, at.count * at.books_per_day) for at in changes))
