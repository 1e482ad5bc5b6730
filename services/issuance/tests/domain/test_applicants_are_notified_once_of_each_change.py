from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from issuance.domain.collection_hours import CollectionHours
from issuance.domain.collection_plan import WaitingCase, plan_collections
from issuance.domain.due_notices import CollectionDates, due_notices
from issuance.domain.formatting import LocalizedText
from issuance.domain.notices import (
    SYSTEM_OUTAGE,
    Notice,
    NoticeKind,
    promised_date_notice,
    ready_notice,
    recapture_notice,
    refused_notice,
)
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.print_room import Capacity, PrintRoom
from issuance.domain.working_time import Calendar

WITA = ZoneInfo("Asia/Makassar")
CALENDAR = Calendar(WITA, "ID")
HOURS = CollectionHours(CALENDAR)
FRIDAY, MONDAY, TUESDAY = date(2018, 11, 2), date(2018, 11, 5), date(2018, 11, 6)
MINUTE = timedelta(minutes=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=WITA)


def notified(*queue: CollectionDates, now: datetime, since: datetime | None = None) -> list[Notice]:
    return due_notices(queue, HOURS, since or now - MINUTE, now, SYSTEM_OUTAGE)


CHANGED = CollectionDates("a", promised=FRIDAY, planned=MONDAY)


def test_a_settled_change_is_notified_immediately_and_then_no_more() -> None:
    (notice,) = notified(CHANGED, now=at(FRIDAY, 11))

    assert (notice.kind, notice.collect_on) == (NoticeKind.DATE_CHANGED, MONDAY)
    assert notified(CHANGED._replace(promised=MONDAY), now=at(FRIDAY, 11, 1)) == []


def test_nobody_is_notified_before_those_ahead_are_decided() -> None:
    undecided = CollectionDates("ahead", promised=MONDAY, planned=MONDAY, identity_unresolved=True)

    assert notified(undecided, CHANGED, now=at(FRIDAY, 11)) == []
    assert [n.application for n in notified(CHANGED, undecided, now=at(FRIDAY, 11))] == ["a"]


def test_nobody_is_notified_while_undecided_themselves() -> None:
    assert notified(CHANGED._replace(identity_unresolved=True), now=at(FRIDAY, 11)) == []


def test_a_new_working_day_settles_everything() -> None:
    undecided = CollectionDates("ahead", promised=FRIDAY, planned=TUESDAY, identity_unresolved=True)

    notices = notified(undecided, CHANGED, now=at(MONDAY, 8))

    assert [(n.application, n.collect_on) for n in notices] == [("ahead", TUESDAY), ("a", MONDAY)]
    assert notified(undecided, CHANGED, now=at(MONDAY, 8, 1)) == []


@pytest.mark.parametrize(
    ("now", "count"), [(at(MONDAY, 13, 59), 1), (at(MONDAY, 14), 0), (at(TUESDAY, 11), 0)]
)
def test_no_notice_promises_a_time_that_has_passed(now: datetime, count: int) -> None:
    assert len(notified(CHANGED, now=now)) == count


@pytest.mark.parametrize(
    ("now", "count"), [(at(FRIDAY, 7, 59), 0), (at(FRIDAY, 8), 1), (at(MONDAY, 12), 1)]
)
def test_without_a_known_end_people_are_notified_when_their_day_opens(
    now: datetime, count: int
) -> None:
    notices = notified(CHANGED._replace(planned=None), now=now)

    assert [(n.kind, n.collect_on) for n in notices] == [(NoticeKind.DELAYED, None)] * count


def test_the_delay_is_notified_once() -> None:
    assert notified(CHANGED._replace(planned=None, delay_notified=True), now=at(FRIDAY, 9)) == []


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (at(FRIDAY, 7, 59), [(NoticeKind.DATE_CHANGED, MONDAY)]),
        (at(FRIDAY, 8), [(NoticeKind.DELAYED, None)]),
        (at(MONDAY, 9), [(NoticeKind.DELAYED, None)]),
    ],
)
def test_when_the_day_opens_an_undecided_case_gets_no_other_day(
    now: datetime, told: list[tuple[NoticeKind, date | None]]
) -> None:
    undecided = CHANGED._replace(undecided=True)

    notices = notified(undecided, now=now)

    assert [(notice.kind, notice.collect_on) for notice in notices] == told
    assert notified(undecided._replace(delay_notified=True), now=at(MONDAY, 8)) == []


@pytest.mark.parametrize(
    ("last", "now", "count"),
    [
        (at(FRIDAY, 8), at(FRIDAY, 20), 0),
        (at(FRIDAY, 8), at(MONDAY, 7, 59), 0),
        (at(FRIDAY, 8), at(MONDAY, 8), 1),
        (at(FRIDAY, 7, 59), at(FRIDAY, 8), 1),
    ],
)
def test_a_change_is_notified_at_most_once_a_working_day(
    last: datetime, now: datetime, count: int
) -> None:
    moved = CollectionDates("a", promised=MONDAY, planned=TUESDAY, change_notified_at=last)

    assert len(notified(moved, now=now)) == count
    assert len(notified(moved._replace(planned=None, promised=FRIDAY), now=now)) == count


def test_every_notice_speaks_both_languages() -> None:
    moved = notified(CHANGED, now=at(FRIDAY, 11))[0].text

    assert moved.id == (
        "Karena gangguan sistem, jadwal pengambilan paspor Anda menjadi "
        "Senin, 5 November 2018, pukul 14.00 WITA."
    )
    assert moved.en == (
        "Because of a system outage, your passport can now be collected on "
        "Monday, 5 November 2018, 14:00 WITA."
    )


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        (ready_notice("a", MONDAY, HOURS), NoticeKind.READY),
        (recapture_notice("a"), NoticeKind.RECAPTURE),
        (refused_notice("a", LocalizedText("data ganda", "on record twice")), NoticeKind.REFUSED),
    ],
)
def test_only_promised_and_changed_dates_promise_a_day(notice: Notice, kind: NoticeKind) -> None:
    assert (notice.kind, notice.collect_on) == (kind, None)
    assert promised_date_notice("a", MONDAY, HOURS).collect_on == MONDAY


class Fortnight:
    """One applicant of 30 October through the outage, planned for every half hour."""

    APPLIED = date(2018, 10, 30)
    OUTAGE = Outage(OutageScope.MATCHER, "", "gone", at(APPLIED, 10), ended=at(MONDAY, 7))

    def notices(self) -> Iterator[Notice]:
        promised = CALENDAR.add_working_days(self.APPLIED, 3)
        yield promised_date_notice("a", promised, HOURS)
        dates = CollectionDates("a", promised, promised, identity_unresolved=True)
        now = at(self.APPLIED, 9, 30)
        while now < at(MONDAY, 8):
            since, now = now, now + 30 * MINUTE
            dates = dates._replace(planned=self.computed(promised, now))
            for notice in due_notices([dates], HOURS, since, now, SYSTEM_OUTAGE):
                dates = dates._replace(delay_notified=notice.kind is NoticeKind.DELAYED)
                dates = dates._replace(promised=notice.collect_on or dates.promised)
                yield notice

    def computed(self, promised: date, now: datetime) -> date | None:
        known = self.OUTAGE.ended is not None and now >= self.OUTAGE.ended
        outage = self.OUTAGE if known else replace(self.OUTAGE, ended=None)
        stopped = (outage.stoppage(now),) if now >= outage.began else ()
        capacity = Capacity.of(4, Fraction("40.5"), since=self.APPLIED)
        waiting = WaitingCase("a", self.APPLIED, promised)
        room = PrintRoom(CALENDAR, capacity, stopped)
        return plan_collections([waiting], room, CALENDAR.day_of(now)).collection_dates()["a"]


def test_an_outage_changes_a_promised_date_once() -> None:
    notices = list(Fortnight().notices())

    assert [n.kind for n in notices] == [
        NoticeKind.PROMISED_DATE,
        NoticeKind.DELAYED,
        NoticeKind.DATE_CHANGED,
    ]
    assert [n.collect_on for n in notices if n.collect_on] == [FRIDAY, MONDAY]
