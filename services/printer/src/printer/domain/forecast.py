"""How long the blank books last, and when to order: from the use of the last days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor

from printer.domain.working_days import mean_of_working_days

DAYS_MEASURED = 28
"""Days that the use is measured over: whole weeks, so that each weekday counts alike."""

_FARTHEST = 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class BookUse:
    """Books used over the last days, today not included.

    days: number of days measured. by_day: number of books of each working day.
    """

    days: int
    by_day: Sequence[int]

    @property
    def per_working_day(self) -> float | None:
        """Books used per working day; None without one."""
        return mean_of_working_days(self.by_day)

    @property
    def days_per_working_day(self) -> float:
        """Days that pass per working day; there must be one."""
        return self.days / len(self.by_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How many working days the books last, the first day without, and the day to order."""

    working_days_left: float
    runs_out_on: date
    order_on: date


def forecast(
    blank_books: int, queued_jobs: int, use: BookUse, today: date, lead_time_days: int
) -> Outlook | None:
    """Return how long the blank books last that the queue leaves; None without a day of use.

    Nothing of today's use is done yet. lead_time_days: from an order to its delivery.
    """
    per_working_day = use.per_working_day
    if per_working_day is None:
        return None
    working_days_left = max(blank_books - queued_jobs, 0) / per_working_day
    days_left = min(floor(working_days_left * use.days_per_working_day), _FARTHEST)
    runs_out_on = today + timedelta(days=days_left)
    order_on = max(runs_out_on - timedelta(days=lead_time_days), today)
    return Outlook(working_days_left=working_days_left, runs_out_on=runs_out_on, order_on=order_on)
