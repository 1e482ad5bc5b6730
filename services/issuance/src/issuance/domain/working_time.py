"""When an office is open, in its own zone: working days, working hours, pauses.

All instants are timezone-aware; all days are calendar days in the office's zone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from servicekit.errors import DomainError, ErrorKind

DAY = timedelta(days=1)
WEEKEND = frozenset({5, 6})
CATEGORIES = frozenset({"public", "government"})
"""Holiday categories on which offices are shut; `government` holds Indonesia's cuti bersama."""


class BadDate(DomainError):
    """The date or time is not possible here."""

    kind = ErrorKind.INVALID
    reason = "BAD_DATE"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` (included) to `end` (excluded); an `end` of None means it still lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Two readings of one clock, in working time of the office.

    `promised` leaves out the pauses that are not the applicant's fault; `real` leaves out nothing.
    """

    promised: timedelta
    real: timedelta


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days and hours of one office.

    `country` is an ISO 3166-1 alpha-2 code known to the `holidays` library; `closures` are days
    on which this office alone is shut.
    """

    zone: ZoneInfo
    country: str
    opens: time = time(8)
    closes: time = time(16)
    closures: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether the office opens on `day`: no weekend, no holiday, no closure."""
        return (
            day.weekday() not in WEEKEND
            and day not in self.closures
            and day not in _holidays(self.country, day.year)
        )

    def on_or_after(self, day: date) -> date:
        """The first working day that is not before `day`."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return self.on_or_after(day + DAY)

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which is day 0 even where the office is shut."""
        if count == 0:
            return self.on_or_after(day)
        for _ in range(count):
            day = self.next_working_day(day)
        return day

    def day_of(self, instant: datetime) -> date:
        """The calendar day of `instant` on the office's wall."""
        return instant.astimezone(self.zone).date()

    def opening(self, day: date) -> datetime:
        """The instant at which the office opens, were `day` a working day."""
        return datetime.combine(day, self.opens, self.zone)

    def closing(self, day: date) -> datetime:
        """The instant at which the office closes, were `day` a working day."""
        return datetime.combine(day, self.closes, self.zone)

    def opened_between(self, after: datetime, until: datetime) -> bool:
        """Whether a working day has opened in (after, until]."""
        return any(
            after < self.opening(day) <= until and self.is_working_day(day)
            for day in _days(self.day_of(after), self.day_of(until))
        )

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Office hours between two instants; zero where `end` is not after `start`."""
        return sum(
            (
                _overlap(start, end, self.opening(day), self.closing(day))
                for day in _days(self.day_of(start), self.day_of(end))
                if self.is_working_day(day)
            ),
            timedelta(),
        )

    def elapsed(self, start: datetime, now: datetime, pauses: Iterable[Period] = ()) -> Elapsed:
        """The service clock from `start` to `now`; pauses may overlap and may still last."""
        real = self.working_time(start, now)
        paused = sum(
            (
                self.working_time(max(begin, start), min(end, now))
                for begin, end in _merged(pauses, now)
            ),
            timedelta(),
        )
        return Elapsed(promised=real - paused, real=real)


@lru_cache(maxsize=1024)
def _holidays(country: str, year: int) -> frozenset[date]:
    supported = holidays.country_holidays(country).supported_categories
    categories = tuple(sorted(CATEGORIES.intersection(supported)))
    return frozenset(holidays.country_holidays(country, years=year, categories=categories))


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _overlap(start: datetime, end: datetime, opens: datetime, closes: datetime) -> timedelta:
    # In UTC, because Python subtracts two instants of one zone by the hands of the clock.
    first = max(start, opens).astimezone(UTC)
    last = min(end, closes).astimezone(UTC)
    return max(last - first, timedelta())


def _merged(pauses: Iterable[Period], now: datetime) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in sorted((pause.start, pause.end or now) for pause in pauses):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
