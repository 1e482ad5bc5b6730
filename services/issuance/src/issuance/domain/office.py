"""An office: where people apply, where their books are printed and their passports handed out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.expected_time import EXPECTED_TIMES
from issuance.domain.print_room import Capacity
from issuance.domain.states import ApplicationState
from issuance.domain.working_time import Calendar


class UnknownOffice(DomainError):
    """No office has the given id."""

    kind = ErrorKind.NOT_FOUND
    reason = "UNKNOWN_OFFICE"


class WrongOffice(DomainError):
    """The caller belongs to another office."""

    kind = ErrorKind.DENIED
    reason = "WRONG_OFFICE"


@dataclass(frozen=True, slots=True)
class InstalledMachines:
    """The printing machines of an office from the day `since` on."""

    since: date
    count: int
    books_per_day: Fraction
    """Books that one machine prints on a working day."""


@dataclass(frozen=True, slots=True)
class Office:
    """An office as configured.

    The machines are those of the first start only; from then on they are in the database and
    changed by SetCapacity.
    """

    id: str
    name: str
    collection: CollectionHours
    promise_working_days: int
    """Working days from completion to the first promised collection date, if nothing delays it."""
    initial_machines: int
    initial_books_per_machine_per_day: Fraction
    expected_times: Mapping[ApplicationState, timedelta] = field(
        default_factory=lambda: EXPECTED_TIMES
    )
    """Working time within which the next step usually happens, by state; APPROVED has none."""

    @property
    def calendar(self) -> Calendar:
        """Working days and hours of the office."""
        return self.collection.calendar


def print_capacity(changes: list[InstalledMachines]) -> Capacity:
    """Return the capacity that follows from the machines, sorted by day."""
    return Capacity(tuple((at.since, at.count * at.books_per_day) for at in changes))
