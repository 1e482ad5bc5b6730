"""How many books an office's print room makes on which day."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from issuance.domain.working_time import DAY, Calendar


@dataclass(frozen=True, slots=True)
class Capacity:
    """Books a day from given days on; `changes` is sorted by day, rates are exact and >= 0.

    Four machines at 40.5 make 162 whole books every day; three make 121, 122, 121, ...: the
    book begun in the evening is finished on the next printing day.
    """

    changes: tuple[tuple[date, Fraction], ...]

    @staticmethod
    def of(machines: int, books_per_machine_per_day: Fraction, since: date) -> "Capacity":
        """Machines of one rate, the same number from `since` on."""
        return Capacity(((since, machines * books_per_machine_per_day),))

    @property
    def since(self) -> date:
        """The first day with a known capacity; before it nothing is printed."""
        return self.changes[0][0]

    def on(self, day: date) -> Fraction:
        """Books a day on `day`."""
        index = bisect_right(self.changes, day, key=lambda change: change[0])
        return self.changes[index - 1][1] if index else Fraction(0)


@dataclass(frozen=True, slots=True)
class Stoppage:
    """A time in which nothing is printed.

    `until` is None while nobody knows its end, and `estimated` where it is only thought to be
    known. `resumes` is the day printing starts again where an administrator has fixed it.
    """

    began: datetime
    until: datetime | None = None
    estimated: bool = False
    resumes: date | None = None

    def shuts(self, calendar: Calendar) -> tuple[date, date]:
        """The days without printing, as [first, first day again); `date.max` if for ever.

        A day is lost if the stoppage touches it before closing, and is a printing day again
        unless its opening hour is before the end.
        """
        first = calendar.day_of(self.began)
        if self.began >= calendar.closing(first):
            first += DAY
        return first, self.resumes or self._again(calendar)

    def _again(self, calendar: Calendar) -> date:
        if self.until is None:
            return date.max
        day = calendar.day_of(self.until)
        return day if self.until <= calendar.opening(day) else day + DAY


@dataclass(frozen=True, slots=True)
class PrintRoom:
    """What decides how many books come out: calendar, machines, stoppages."""

    calendar: Calendar
    capacity: Capacity
    stoppages: tuple[Stoppage, ...] = ()

    def days(self, first: date, last: date) -> Iterator[tuple[date, int]]:
        """Printing days in [first, last] and the whole books of each.

        The fraction is carried from the day the capacity is known, whatever `first` is: planning
        anew every morning moves nobody by a book.
        """
        shut = [stoppage.shuts(self.calendar) for stoppage in self.stoppages]
        begun = Fraction(0)
        day = self.capacity.since
        while day <= last:
            if self.calendar.is_working_day(day) and not any(
                start <= day < again for start, again in shut
            ):
                begun += self.capacity.on(day)
                if day >= first:
                    yield day, int(begun)
                begun -= int(begun)
            day += DAY

    def first_day(self, today: date, last: date) -> date | None:
        """The first day in [today, last] on which a book is printed; None if there is none."""
        return next((day for day, books in self.days(today, last) if books), None)
