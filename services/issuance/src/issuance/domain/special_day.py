"""Days on which offices are closed, or work, by declaration and against the usual calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.working_time import BadDate, Calendar

ALL_OFFICES = ""
LONGEST_AGO = timedelta(days=366)
LONGEST_AHEAD = timedelta(days=3 * 366)


class SpecialDayDeclared(DomainError):
    """The day is declared closed or worked there already; take that back first."""

    kind = ErrorKind.ALREADY_EXISTS
    reason = "SPECIAL_DAY_DECLARED"


class SpecialDayNotDeclared(DomainError):
    """No such closure or working day is declared there."""

    kind = ErrorKind.NOT_FOUND
    reason = "SPECIAL_DAY_NOT_DECLARED"


class SpecialDayKind(StrEnum):
    """Closed (a local closure, a national holiday), or worked (a Saturday, a holiday)."""

    CLOSED = "closed"
    WORKED = "worked"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A declaration about one day. office: ALL_OFFICES for all. declared_at: business time."""

    office: str
    day: date
    kind: SpecialDayKind
    reason: str
    declared_by: str
    declared_at: datetime

    def require_possible(self, today: date, calendars: Iterable[Calendar]) -> None:
        """Raise BadDate if the day is too far away, or already is what it is declared to be.

        calendars: of the offices that it is for.
        """
        if not today - LONGEST_AGO <= self.day <= today + LONGEST_AHEAD:
            raise BadDate("at most a year ago, and at most three years ahead", field="day")
        works = self.kind is SpecialDayKind.WORKED
        if all(calendar.is_working_day(self.day) is works for calendar in calendars):
            raise BadDate(
                "that is a working day anyway" if works else "that is no working day anyway",
                field="day",
            )


def special_days_of(
    office: str, declared: Iterable[SpecialDay]
) -> tuple[frozenset[date], frozenset[date]]:
    """Return the closed and the worked days of an office.

    What is declared for the office goes before what is declared for all.
    """
    kinds: dict[date, SpecialDayKind] = {}
    for special in sorted(declared, key=lambda each: each.office != ALL_OFFICES):
        if special.office in (ALL_OFFICES, office):
            kinds[special.day] = special.kind
    closed = frozenset(day for day, kind in kinds.items() if kind is SpecialDayKind.CLOSED)
    return closed, frozenset(kinds) - closed
