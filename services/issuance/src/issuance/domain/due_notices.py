"""Which applicants must be notified that their collection date changed: once for each change, and
never about a time that has passed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.formatting import LocalizedText
from issuance.domain.notices import Notice, date_changed_notice, delayed_notice


@dataclass(frozen=True, slots=True)
class CollectionDates:
    """The collection date promised to one applicant, and the one in the current plan.

    promised: the date last promised. planned: None if no date is known. identity_unresolved:
    whether the book may yet not be printed. delay_notified: whether DELAYED was sent since the
    date was promised.
    """

    application: str
    promised: date
    planned: date | None
    identity_unresolved: bool = False
    delay_notified: bool = False


def due_notices(
    queue: Iterable[CollectionDates],
    hours: CollectionHours,
    since: datetime,
    now: datetime,
    reason: LocalizedText,
) -> list[Notice]:
    """Return the notices that are due because the plan changed.

    queue: complete cases of the office without a book, in the order of the queue.
    since: time of the previous call; a working day that opened in (since, now] counts as new.
    reason: why the plan changed, for the applicant.

    A new date is sent once it is settled: the identity of nobody up to and including the case is
    unresolved, or a working day has opened. While no date is known, those whose promised day has
    opened are sent DELAYED, once.
    """
    new_day = hours.calendar.opened_between(since, now)
    settled = True
    notices = []
    for dates in queue:
        settled = settled and not dates.identity_unresolved
        if dates.planned is None:
            if _is_newly_late(dates, hours, now):
                notices.append(delayed_notice(dates.application, reason))
        elif (settled or new_day) and _is_news(dates.planned, dates.promised, hours, now):
            notices.append(date_changed_notice(dates.application, dates.planned, hours, reason))
    return notices


def _is_newly_late(dates: CollectionDates, hours: CollectionHours, now: datetime) -> bool:
    return not dates.delay_notified and hours.calendar.opening(dates.promised) <= now


def _is_news(planned: date, promised: date, hours: CollectionHours, now: datetime) -> bool:
    return planned != promised and hours.start_on(planned) > now
