"""An office: where people apply, where their books are printed and their passports handed out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from servicekit.errors import DomainError, ErrorKind, StaleRevision

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.expected_time import EXPECTED_TIMES
from issuance.domain.print_room import Capacity
from issuance.domain.special_day import SpecialDay
from issuance.domain.states import ApplicationState
from issuance.domain.working_time import Calendar

PROMISE_WORKING_DAYS = 3
"""Working days until the promised collection date at an office that states no others."""
LEGAL_WORKING_DAYS = 4
"""Working days after the interview until which the law wants the passport made; no outage stops
them. The office's own promise counts from the complete application, and pauses."""


class UnknownOffice(DomainError):
    """No office has the given id."""

    kind = ErrorKind.NOT_FOUND
    reason = "UNKNOWN_OFFICE"


class WrongOffice(DomainError):
    """The caller belongs to another office."""

    kind = ErrorKind.DENIED
    reason = "WRONG_OFFICE"


class OfficeInUse(DomainError):
    """The office cannot be removed (metadata: applications, print_jobs that keep it)."""

    kind = ErrorKind.PRECONDITION
    reason = "OFFICE_IN_USE"


class PrinterInUse(DomainError):
    """The office's printer has, or may have, its print jobs (metadata: print_jobs), so that its
    address stays: another printer would make the same books."""

    kind = ErrorKind.PRECONDITION
    reason = "PRINTER_IN_USE"


class TooManyOffices(DomainError):
    """The service makes too few calls at a time for another office (max_concurrent_print_calls)."""

    kind = ErrorKind.PRECONDITION
    reason = "TOO_MANY_OFFICES"


@dataclass(frozen=True, slots=True)
class InstalledMachines:
    """The printing machines of an office from the day `since` on."""

    since: date
    count: int
    books_per_day: Fraction
    """Books that one machine prints on a working day."""


@dataclass(frozen=True, slots=True)
class Office:
    """An office.

    printer: host:port of its printer service; empty if nothing is printed there. languages: in
    which it speaks to applicants, ISO 639-1, the first by default. removed_at: since when nothing
    is taken in there any more; what it did refers to it for ever.
    """

    id: str
    name: str
    collection: CollectionHours
    promise_working_days: int = PROMISE_WORKING_DAYS
    """Working days from completion to the first promised collection date, if nothing delays it."""
    printer: str = ""
    languages: tuple[str, ...] = ("id",)
    revision: int = 1
    removed_at: datetime | None = None
    expected_times: Mapping[ApplicationState, timedelta] = field(
        default_factory=lambda: EXPECTED_TIMES
    )
    """Working time within which the next step usually happens, by state; APPROVED has none."""

    @property
    def calendar(self) -> Calendar:
        """Working days and hours of the office."""
        return self.collection.calendar

    @property
    def is_removed(self) -> bool:
        """Whether nothing is taken in there any more."""
        return self.removed_at is not None

    def require_revision(self, revision: int) -> None:
        """Raise StaleRevision unless it has this revision, or `revision` is 0 (any)."""
        if revision not in (0, self.revision):
            raise StaleRevision(
                "the office has changed since", revision=str(self.revision), field="revision"
            )


@dataclass(frozen=True, slots=True)
class NewOffice:
    """An office as it is added, with its first machines. books_per_day: of one machine."""

    office: Office
    machines: int
    books_per_day: Fraction
    special_days: tuple[SpecialDay, ...] = ()


def print_capacity(changes: list[InstalledMachines]) -> Capacity:
    """Return the capacity that follows from the machines, sorted by day."""
    return Capacity(tuple((at.since, at.count * at.books_per_day) for at in changes))
