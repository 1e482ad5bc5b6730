"""A passport is kept for a calendar month in the office's zone; then for as long as was told."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from issuance.domain import case_decision
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.states import ApplicationState
from issuance.domain.uncollected import CollectionPolicy, is_over
from issuance.domain.working_time import Calendar

WITA = ZoneInfo("Asia/Makassar")
CALENDAR = Calendar(WITA, "ID")
POLICY = CollectionPolicy()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


def _ready(at: str, collect_until: str = "") -> Case:
    since = _instant(at)
    return Case(
        "a", "BJM", ApplicationType.NEW, PriorityClass.NORMAL, b"", "p", since, since,
        ApplicationState.READY,
        collect_until=date.fromisoformat(collect_until) if collect_until else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ready", "last"),
    [
        ("2018-11-05 10:00", "2018-12-05"),
        ("2018-10-31 10:00", "2018-11-30"),  # November has no 31st
        ("2018-01-31 10:00", "2018-02-28"),
        ("2018-12-03 10:00", "2019-01-03"),
        ("2018-11-15 10:00", "2018-12-17"),  # the 15th is a Saturday
        ("2018-11-05 23:59", "2018-12-05"),  # by the clock of the office
        ("2018-11-06 00:01", "2018-12-06"),
    ],
)
def test_the_last_day_is_the_same_day_a_month_later(ready: str, last: str) -> None:
    day = date.fromisoformat(last)

    told = POLICY.day_to_remind_of(_ready(ready), CALENDAR, day - POLICY.reminder)

    assert told == day


def test_the_reminder_comes_a_week_before_and_once() -> None:
    case = _ready("2018-11-05 10:00")

    assert POLICY.day_to_remind_of(case, CALENDAR, date(2018, 11, 27)) is None
    assert POLICY.day_to_remind_of(case, CALENDAR, date(2018, 11, 28)) == date(2018, 12, 5)
    reminded = replace(case, collect_until=date(2018, 12, 5))
    assert POLICY.day_to_remind_of(reminded, CALENDAR, date(2018, 11, 29)) is None


def test_who_is_reminded_late_has_a_week_all_the_same() -> None:
    case = _ready("2018-01-15 10:00")

    assert POLICY.day_to_remind_of(case, CALENDAR, date(2018, 11, 5)) == date(2018, 11, 12)
    assert not is_over(case, CALENDAR, [], date(2018, 11, 5))


def test_it_is_over_the_day_after() -> None:
    case = _ready("2018-11-05 10:00", collect_until="2018-12-05")

    assert not is_over(case, CALENDAR, [], date(2018, 12, 5))
    assert is_over(case, CALENDAR, [], date(2018, 12, 6))


def test_nobody_is_told_to_collect_what_is_held() -> None:
    case = case_decision.held(_ready("2018-11-05 10:00", collect_until="2018-12-05"), ["K-1"])
    cleared = case_decision.cleared(case)

    assert not is_over(case, CALENDAR, [], date(2018, 12, 20))
    assert POLICY.day_to_remind_of(case, CALENDAR, date(2018, 12, 20)) is None
    assert not is_over(cleared, CALENDAR, [], date(2018, 12, 20))
    assert POLICY.day_to_remind_of(cleared, CALENDAR, date(2018, 12, 20)) == date(2018, 12, 27)


def test_a_closure_on_the_last_day_gives_another_one() -> None:
    case = _ready("2018-11-05 10:00", collect_until="2018-12-05")
    closed = replace(CALENDAR, closures=frozenset({date(2018, 12, 5)}))

    assert not is_over(case, closed, [], date(2018, 12, 6))
    assert is_over(case, closed, [], date(2018, 12, 7))


@pytest.mark.parametrize(
    ("scope", "office", "ended", "first_day_over"),
    [
        (OutageScope.OFFICE, "BJM", "2018-12-06 12:00", "2018-12-08"),
        (OutageScope.OFFICE, "BJM", None, None),
        (OutageScope.OFFICE, "JKT", None, "2018-12-06"),
        (OutageScope.MATCHER, "", None, "2018-12-06"),
        (OutageScope.OFFICE, "BJM", "2018-12-05 07:00", "2018-12-06"),
    ],
)
def test_an_outage_on_the_last_day_gives_the_next_working_day(
    scope: OutageScope, office: str, ended: str | None, first_day_over: str | None
) -> None:
    case = _ready("2018-11-05 10:00", collect_until="2018-12-05")
    outage = Outage(
        scope, office, "flood", _instant("2018-12-04 10:00"), _instant(ended) if ended else None
    )
    over = [
        date(2018, 12, day)
        for day in range(1, 32)
        if is_over(case, CALENDAR, [outage], date(2018, 12, day))
    ]

    assert (over[0].isoformat() if over else None) == first_day_over
