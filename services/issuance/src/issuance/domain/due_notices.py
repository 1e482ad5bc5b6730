"""Which applicants must be notified that their collection date changed: once for each change, at
most once a working day, and never about a time that has passed or a day that nobody can know."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.formatting import LocalizedText
from issuance.domain.notices import UNDECIDED_YET, Notice, date_changed_notice, delayed_notice


class CollectionDates(NamedTuple):
    """The collection date promised to one applicant, and the one in the current plan.

    A tuple, because a pass makes hundreds of thousands of them.
    promised: the date last promised. planned: None if no firm date is known.
    identity_unresolved: whether the book may yet not be printed. undecided: whether nobody knows
    when it will be approved. delay_notified: whether DELAYED was sent since the date was promised.
    change_notified_at: when DATE_CHANGED or DELAYED was last sent, if ever.
    """

    application: str
    promised: date
    planned: date | None
    identity_unresolved: bool = False
    undecided: bool = False
    delay_notified: bool = False
    change_notified_at: datetime | None = None


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
    unresolved, or a working day has opened. While no date is known, or nobody has decided, those
    whose promised day has opened are sent DELAYED, once. Who was notified of a change is notified
    of no other before the next working day opens.
    """
    new_day = hours.calendar.opened_between(since, now)

    @cache
    def is_late(promised: date) -> bool:
        return hours.calendar.opening(promised) <= now

    @cache
    def was_today(notified_at: datetime) -> bool:
        return not hours.calendar.opened_between(notified_at, now)

    settled = True
    notices = []
    for dates in queue:
        settled = settled and not dates.identity_unresolved
        if dates.change_notified_at and was_today(dates.change_notified_at):
            continue
        if dates.planned is None or (dates.undecided and is_late(dates.promised)):
            if is_late(dates.promised) and not dates.delay_notified:
                why = reason if dates.planned is None else UNDECIDED_YET
                notices.append(delayed_notice(dates.application, why))
        elif (settled or new_day) and _is_news(dates.planned, dates.promised, hours, now):
            notices.append(date_changed_notice(dates.application, dates.planned, hours, reason))
    return notices


def _is_news(planned: date, promised: date, hours: CollectionHours, now: datetime) -> bool:
    return planned != promised and hours.start_on(planned) > now
