"""Until when a finished passport is kept for its applicant, before it is cancelled."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from issuance.domain.activity import Activity
from issuance.domain.case import Case
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.working_time import Calendar


@dataclass(frozen=True, slots=True)
class CollectionPolicy:
    """How long a passport is kept, and how long before its end the applicant is reminded."""

    months: int = 1
    reminder: timedelta = timedelta(days=7)

    def day_to_remind_of(self, case: Case, calendar: Calendar, today: date) -> date | None:
        """Return the last day of collection, of which the applicant is reminded today, if so.

        Whoever could not be reminded in time, since the service was away, has the time of the
        reminder from now on. Nothing is told to whom nothing would be handed over (is_held).
        """
        ready_on = calendar.day_of(case.state_since)
        last = calendar.on_or_after(_months_after(ready_on, self.months))
        if case.is_held or case.collect_until is not None or today < last - self.reminder:
            return None
        return max(last, calendar.on_or_after(today + self.reminder))


def is_over(case: Case, calendar: Calendar, outages: Iterable[Outage], today: date) -> bool:
    """Return whether the last day that the applicant was told has passed.

    A last day on which the office was closed, or nothing could be handed over, is followed by
    another. outages: also those that are over.
    """
    if case.is_held or case.collect_until is None:
        return False
    in_the_way = [each for each in outages if each.affects(case.office) and _stops(each)]
    last = calendar.on_or_after(case.collect_until)
    while last < today and any(_overlaps(each, last, calendar) for each in in_the_way):
        last = calendar.next_working_day(last)
    return last < today


def _stops(outage: Outage) -> bool:
    return outage.scope is OutageScope.OFFICE or outage.stops(Activity.HAND_OVER)


def _overlaps(outage: Outage, day: date, calendar: Calendar) -> bool:
    ended = outage.ended is not None and outage.ended <= calendar.opening(day)
    return outage.began < calendar.closing(day) and not ended


def _months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last one."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
