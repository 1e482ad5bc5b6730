"""How many books the print room of an office makes on each day."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from issuance.domain.working_time import DAY, Calendar


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

    def first_day(self, today: date, last: date) -> date | None:
        """Return the first day in [today, last] on which a book is printed, or None."""
        return next((day for day, books in self.days(today, last) if books), None)
