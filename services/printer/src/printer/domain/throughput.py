"""What each machine of the office made of its time: books, hours in use, books a working day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from printer.domain.book import BookState
from printer.domain.working_days import mean_of_working_days


@dataclass(frozen=True, slots=True)
class Period:
    """From starts_at on and before ends_at, business time."""

    starts_at: datetime
    ends_at: datetime

    def has_whole(self, day: date, zone: ZoneInfo) -> bool:
        """Return whether the whole day, as the zone has it, is within the period."""
        begins = datetime.combine(day, time.min, zone)
        ends = datetime.combine(day + timedelta(days=1), time.min, zone)
        return self.starts_at <= begins and ends <= self.ends_at


@dataclass(frozen=True, slots=True)
class FinishedBooks:
    """Books of one machine that became ISSUED, SPOILED or LOST at one time."""

    machine_id: str
    state: BookState
    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class MachineUse:
    """A time in which a machine had a job; ends_at is None while it has it."""

    machine_id: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """What one machine, or all together, did in a period.

    machine_id: empty for all together. in_use: how long it had jobs that were assigned in the
    period. seconds_per_book: measured lately, None if it was not, and for all together.
    books_per_working_day: books that passed, on average of the working days that are wholly in the
    period; None without one.
    """

    machine_id: str
    books_passed: int
    books_spoiled: int
    books_lost: int
    in_use: timedelta
    seconds_per_book: float | None
    books_per_working_day: float | None


def throughput(
    machine_id: str,
    books: Iterable[FinishedBooks],
    uses: Iterable[MachineUse],
    period: Period,
    zone: ZoneInfo,
    seconds_per_book: float | None = None,
) -> Throughput:
    """Return the throughput that follows from books and uses, all of this machine."""
    books = list(books)
    numbers: Counter[BookState] = Counter()
    for each in books:
        numbers[each.state] += each.count
    return Throughput(
        machine_id=machine_id,
        books_passed=numbers[BookState.ISSUED],
        books_spoiled=numbers[BookState.SPOILED],
        books_lost=numbers[BookState.LOST],
        in_use=sum((_duration(use, period) for use in uses), timedelta()),
        seconds_per_book=seconds_per_book,
        books_per_working_day=_per_working_day(books, period, zone),
    )


def _duration(use: MachineUse, period: Period) -> timedelta:
    return min(use.ends_at or period.ends_at, period.ends_at) - use.starts_at


def _per_working_day(
    books: Sequence[FinishedBooks], period: Period, zone: ZoneInfo
) -> float | None:
    by_day: Counter[date] = Counter()
    for each in books:
        day = each.at.astimezone(zone).date()
        if period.has_whole(day, zone):
            by_day[day] += each.count if each.state is BookState.ISSUED else 0
    return mean_of_working_days(by_day.values())
