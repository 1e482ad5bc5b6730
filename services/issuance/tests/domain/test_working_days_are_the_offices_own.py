from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from issuance.domain.working_time import Calendar

BANJARMASIN = Calendar(ZoneInfo("Asia/Makassar"), "ID")
JAKARTA = Calendar(ZoneInfo("Asia/Jakarta"), "ID")
JAYAPURA = Calendar(ZoneInfo("Asia/Jayapura"), "ID")


def test_three_working_days_step_over_the_weekend() -> None:
    assert BANJARMASIN.add_working_days(date(2018, 10, 31), 3) == date(2018, 11, 5)


def test_an_application_on_a_closed_day_has_that_day_as_day_zero() -> None:
    sunday = date(2018, 11, 4)

    assert BANJARMASIN.add_working_days(sunday, 3) == date(2018, 11, 7)
    assert BANJARMASIN.add_working_days(sunday, 0) == date(2018, 11, 5)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2018, 11, 20), "Maulid, a public holiday"),
        (date(2018, 12, 24), "cuti bersama for Christmas"),
        (date(2018, 6, 27), "local elections"),
        (date(2018, 11, 3), "Saturday"),
    ],
)
def test_national_holidays_and_joint_leave_are_no_working_days(day: date, why: str) -> None:
    assert not BANJARMASIN.is_working_day(day), why


def test_a_local_closure_shuts_one_office_only() -> None:
    flooded = Calendar(ZoneInfo("Asia/Makassar"), "ID", closures=frozenset({date(2018, 11, 5)}))

    assert flooded.next_working_day(date(2018, 11, 2)) == date(2018, 11, 6)
    assert BANJARMASIN.next_working_day(date(2018, 11, 2)) == date(2018, 11, 5)


@pytest.mark.parametrize(
    ("calendar", "zone", "day"),
    [
        (JAKARTA, "WIB", date(2018, 10, 30)),
        (BANJARMASIN, "WITA", date(2018, 10, 31)),
        (JAYAPURA, "WIT", date(2018, 10, 31)),
    ],
)
def test_the_day_is_read_from_the_offices_wall(calendar: Calendar, zone: str, day: date) -> None:
    instant = datetime(2018, 10, 30, 16, 30, tzinfo=UTC)

    assert calendar.day_of(instant) == day
    assert calendar.opening(day).tzname() == zone


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.integers(1, 40))
def test_counting_back_gives_what_was_added(day: date, count: int) -> None:
    later = BANJARMASIN.add_working_days(day, count)

    assert BANJARMASIN.is_working_day(later)
    between = (day + timedelta(n + 1) for n in range((later - day).days))
    assert sum(map(BANJARMASIN.is_working_day, between)) == count
