"""When an office is open, in its own zone: working days and working hours.

All instants are timezone-aware; all days are calendar days in the office's zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from servicekit.errors import DomainError, ErrorKind

DAY = timedelta(days=1)
OPENS, CLOSES = time(8), time(16)
"""Local hours of an office that states no others."""
WEEKEND = frozenset({5, 6})
CATEGORIES = frozenset({"public", "government"})
"""Holiday categories on which offices are closed; `government` has Indonesia's cuti bersama."""


class BadDate(DomainError):
    """The date or time is impossible, or not allowed for this request."""

    kind = ErrorKind.INVALID
    reason = "BAD_DATE"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days and hours of one office.

    country: ISO 3166-1 alpha-2 code that the `holidays` library knows. closures: days on which
    it is closed by declaration. worked: weekends and holidays on which it works by declaration.
    """

    zone: ZoneInfo
    country: str
    opens: time = OPENS
    closes: time = CLOSES
    closures: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Return whether the office opens on `day`: no weekend, holiday or closure, or worked."""
        return day in self.worked or (
            day.weekday() not in WEEKEND
            and day not in self.closures
            and day not in _holidays(self.country, day.year)
        )

    def on_or_after(self, day: date) -> date:
        """Return the first working day that is not before `day`."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def next_working_day(self, day: date) -> date:
        """Return the first working day after `day`."""
        return self.on_or_after(day + DAY)

    def add_working_days(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; for 0, the first one not before it."""
        if count == 0:
            return self.on_or_after(day)
        for _ in range(count):
            day = self.next_working_day(day)
        return day

    def day_of(self, instant: datetime) -> date:
        """Return the calendar day of `instant` in the zone of the office."""
        return instant.astimezone(self.zone).date()

    def opening(self, day: date) -> datetime:
        """Return the instant at which the office opens on `day`, if it is a working day."""
        return datetime.combine(day, self.opens, self.zone)

    def closing(self, day: date) -> datetime:
        """Return the instant at which the office closes on `day`, if it is a working day."""
        return datetime.combine(day, self.closes, self.zone)

    def opened_between(self, after: datetime, until: datetime) -> bool:
        """Return whether a working day has opened in (after, until]."""
        return any(
            after < self.opening(day) <= until and self.is_working_day(day)
            for day in _days(self.day_of(after), self.day_of(until))
        )

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Return the office hours between two instants; zero if `end` is not after `start`."""
        return sum(
            (
                _overlap(start, end, self.opening(day), self.closing(day))
                for day in _days(self.day_of(start), self.day_of(end))
                if self.is_working_day(day)
            ),
            timedelta(),
        )


@lru_cache(maxsize=1024)
def _holidays(country: str, year: int) -> frozenset[date]:
    supported = holidays.country_holidays(country).supported_categories
    categories = tuple(sorted(CATEGORIES.intersection(supported)))
    return frozenset(holidays.country_holidays(country, years=year, categories=categories))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _overlap(start: datetime, end: datetime, opens: datetime, closes: datetime) -> timedelta:
    # In UTC, because Python subtracts two instants of one zone without regard to its UTC offset.
    first = max(start, opens).astimezone(UTC)
    last = min(end, closes).astimezone(UTC)
    return max(last - first, timedelta())
