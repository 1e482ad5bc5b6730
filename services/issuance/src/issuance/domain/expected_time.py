"""How long an application usually stays in each state, counted in working hours of its office."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from issuance.domain.states import ApplicationState
from issuance.domain.working_time import DAY, Calendar

Interval = tuple[datetime, datetime]
"""From an instant (included) to another (excluded)."""

_BEGINNING = datetime.min.replace(tzinfo=UTC)
ENDLESS = datetime.max.replace(tzinfo=UTC)

EXPECTED_TIMES: Mapping[ApplicationState, timedelta] = MappingProxyType(
    {
        ApplicationState.RECEIVED: timedelta(hours=8),
        ApplicationState.DOCUMENTS_REFUSED: timedelta(hours=80),
        ApplicationState.DOCUMENTS_ACCEPTED: timedelta(hours=40),
        ApplicationState.PAID: timedelta(hours=40),
        ApplicationState.BIOMETRICS_TAKEN: timedelta(hours=8),
        ApplicationState.IDENTIFYING: timedelta(hours=4),
        ApplicationState.IDENTITY_REVIEW: timedelta(hours=16),
        ApplicationState.ADJUDICATION: timedelta(hours=16),
        ApplicationState.AWAITING_APPROVAL: timedelta(hours=8),
        ApplicationState.PRINTING: timedelta(hours=16),
        ApplicationState.PRINT_FAILED: timedelta(hours=8),
        ApplicationState.BOOK_HELD: timedelta(hours=4),
        ApplicationState.READY: timedelta(hours=160),
    }
)
"""Working time within which the next step usually happens. APPROVED has its turn in the plan."""


def time_is_over(
    calendar: Calendar, since: datetime, expected: timedelta, pauses: Sequence[Interval]
) -> datetime | None:
    """Return when so much working time has passed since an instant, without the pauses.

    None if a pause without an end comes first. pauses: one without an end ends at ENDLESS.
    """
    closed = [(_BEGINNING, since), *pauses]
    endless = min((begin for begin, end in pauses if end == ENDLESS), default=ENDLESS)
    day, left = calendar.day_of(since), expected
    while endless == ENDLESS or calendar.opening(day) < endless:
        for start, end in _open_hours(calendar, day, closed):
            if end - start >= left:
                return start + left
            left -= end - start
        day += DAY
    return None


def latest_beginning(
    calendar: Calendar, expected: timedelta, pauses: Sequence[Interval], now: datetime
) -> datetime:
    """Return the latest instant since which so much working time has passed, without the pauses."""
    closed = [*pauses, (now, ENDLESS)]
    left = expected
    for day in _days_back_from(calendar.day_of(now)):
        for start, end in reversed(_open_hours(calendar, day, closed)):
            if end - start >= left:
                return end - left
            left -= end - start
    raise AssertionError("days have no beginning")


def _days_back_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day -= DAY


def _open_hours(calendar: Calendar, day: date, closed: Iterable[Interval]) -> list[Interval]:
    """Return the office hours of a day that lie in none of these intervals, in their order."""
    if not calendar.is_working_day(day):
        return []
    # In UTC, because Python subtracts two instants of one zone without regard to its UTC offset.
    start, last = calendar.opening(day).astimezone(UTC), calendar.closing(day).astimezone(UTC)
    found = []
    for begin, end in sorted(closed):
        if start < min(begin, last):
            found.append((start, min(begin, last)))
        start = max(start, end)
    return [*found, (start, last)] if start < last else found
