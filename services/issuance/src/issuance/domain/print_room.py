"""How many books the print room of an office makes on each day."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from issuance.domain.working_time import DAY, Calendar

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Capacity:
    """Books per printing day, from given days on.

    changes: (first day, books per day), sorted by day; rates are exact and >= 0. Four machines
    at 40.5 make 162 whole books every day; three make 121, 122, 121, ...: a book begun in the
    evening is finished on the next printing day.
    """

    changes: tuple[tuple[date, Fraction], ...]

    @staticmethod
    def of(machines: int, books_per_machine_per_day: Fraction, since: date) -> "Capacity":
        """Return the capacity of so many machines of one rate from `since` on."""
        return Capacity(((since, machines * books_per_machine_per_day),))

    @property
    def since(self) -> date:
        """The first day with a known capacity; nothing is printed before it."""
        return self.changes[0][0]

    def on(self, day: date) -> Fraction:
        """Return the books per day that apply on `day`."""
        index = bisect_right(self.changes, day, key=lambda change: change[0])
        return self.changes[index - 1][1] if index else Fraction(0)

    def reduced_on(self, day: date, share: Fraction) -> "Capacity":
        """Return the capacity with only a share of it on one day."""
        following = day + DAY
        earlier = [change for change in self.changes if change[0] < day]
        later = [change for change in self.changes if change[0] > following]
        reduced = (day, share * self.on(day)), (following, self.on(following))
        return Capacity((*earlier, *reduced, *later))


@dataclass(frozen=True, slots=True)
class Stoppage:
    """A period in which nothing is printed.

    until: its end, or None while it is unknown. estimated: whether `until` is an estimate.
    resumes: the first printing day after it, if that is fixed.
    """

    began: datetime
    until: datetime | None = None
    estimated: bool = False
    resumes: date | None = None

    def days_without_printing(self, calendar: Calendar) -> tuple[date, date]:
        """Return the days without printing as [first, first day again); `date.max` if unknown.

        A day is lost if the stoppage begins before its closing hour, and ends after its opening
        hour.
        """
        first = calendar.day_of(self.began)
        if self.began >= calendar.closing(first):
            first += DAY
        return first, self.resumes or self._first_day_after(calendar)

    def _first_day_after(self, calendar: Calendar) -> date:
        if self.until is None:
            return date.max
        day = calendar.day_of(self.until)
        return day if self.until <= calendar.opening(day) else day + DAY


@dataclass(frozen=True, slots=True)
class PrintRoom:
    """All that decides how many books are printed: working days, capacity, stoppages."""

    calendar: Calendar
    capacity: Capacity
    stoppages: tuple[Stoppage, ...] = ()

    def days(self, first: date, last: date) -> Iterator[tuple[date, int]]:
        """Yield the printing days in [first, last] with the whole books of each.

        The fraction of a book is carried over from the first day with a known capacity, whatever
        `first` is, so that replanning every morning changes nobody's day.
        """
        stopped = [stoppage.days_without_printing(self.calendar) for stoppage in self.stoppages]
        endless = min((start for start, again in stopped if again == date.max), default=date.max)
        last = min(last, endless)
        begun = Fraction(0)
        day = self.capacity.since
        while day <= last:
            if self.calendar.is_working_day(day) and not any(
                start <= day < again for start, again in stopped
            ):
                begun += self.capacity.on(day)
                if day >= first:
                    yield day, int(begun)
                begun -= int(begun)
            day += DAY

    def resumed_on(self, day: date) -> "PrintRoom":
        """Return the room on a day whose stoppages are over: it prints in the hours without one.

        No plan promises anything of such a day; what is approved is printed all the same.
        """
        again = (stop.days_without_printing(self.calendar)[1] for stop in self.stoppages)
        return PrintRoom(
            self.calendar,
            self.capacity.reduced_on(day, self._share_left(day)),
            tuple(
                replace(stop, resumes=min(day, first))
                for stop, first in zip(self.stoppages, again, strict=True)
            ),
        )

    def _share_left(self, day: date) -> Fraction:
        """Return the share of the working hours of a day in which nothing stopped printing."""
        opening, closing = self.calendar.opening(day), self.calendar.closing(day)
        opens, closes = opening.astimezone(UTC), closing.astimezone(UTC)
        left, resumed = timedelta(), opens
        for stop in sorted(self.stoppages, key=lambda stop: stop.began):
            left += max(min(stop.began.astimezone(UTC), closes) - resumed, timedelta())
            resumed = max(resumed, min((stop.until or closing).astimezone(UTC), closes))
        return Fraction((left + closes - resumed) // _SECOND, (closes - opens) // _SECOND)

    def first_day(self, today: date, last: date) -> date | None:
        """Return the first day in [today, last] on which a book is printed, or None."""
        return next((day for day, books in self.days(today, last) if books), None)
