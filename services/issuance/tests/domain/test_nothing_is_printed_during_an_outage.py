from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from issuance.domain.collection_plan import HORIZON, WaitingCase, plan_collections
from issuance.domain.print_room import Capacity, PrintRoom, Stoppage
from issuance.domain.working_time import Calendar

WITA = ZoneInfo("Asia/Makassar")
MONDAY = date(2018, 10, 29)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, 10, day, hour, minute, tzinfo=WITA)


def room(*stoppages: Stoppage) -> PrintRoom:
    return PrintRoom(Calendar(WITA, "ID"), Capacity.of(1, Fraction(10), since=MONDAY), stoppages)


def printing_days(room: PrintRoom) -> list[int]:
    return [day.day for day, _ in room.days(MONDAY, MONDAY + timedelta(days=2))]


@pytest.mark.parametrize(
    ("began", "until", "days"),
    [
        (at(29, 10), at(29, 11), [30, 31]),
        (at(29, 10), at(30, 18), [31]),
        (at(29, 10), at(31, 7), [31]),
        (at(29, 10), at(31, 8), [31]),
        (at(29, 10), at(31, 8, 1), []),
        (at(29, 15, 59), at(30, 7), [30, 31]),
        (at(29, 16), at(30, 7), [29, 30, 31]),
        (at(29, 20), at(30, 9), [29, 31]),
        (at(30, 0), at(31, 0), [29, 31]),
    ],
)
def test_a_day_is_lost_if_the_outage_touches_its_hours(
    began: datetime, until: datetime, days: list[int]
) -> None:
    assert printing_days(room(Stoppage(began, until))) == days


def test_an_outage_without_end_leaves_no_day() -> None:
    assert printing_days(room(Stoppage(at(30, 10)))) == [29]


def test_printing_resumes_on_the_day_that_was_fixed() -> None:
    assert printing_days(room(Stoppage(at(29, 0), at(29, 18), resumes=date(2018, 10, 31)))) == [31]


def test_two_outages_add_up() -> None:
    first, second = Stoppage(at(29, 8), at(29, 9)), Stoppage(at(31, 8), at(31, 9))

    assert printing_days(room(first, second)) == [30]


@pytest.mark.parametrize(
    ("stoppage", "collect_on"),
    [
        (Stoppage(at(28, 8)), None),
        (Stoppage(at(28, 8), at(31, 18), estimated=True), date(2018, 11, 1)),
        (Stoppage(at(28, 8), at(31, 18)), date(2018, 11, 1)),
    ],
)
def test_there_are_days_of_collection_as_soon_as_the_end_is_known_or_estimated(
    stoppage: Stoppage, collect_on: date | None
) -> None:
    case = WaitingCase("a", applied_on=MONDAY, due_on=MONDAY)

    planned = plan_collections([case], room(stoppage), MONDAY)

    assert planned.collection_dates() == {"a": collect_on}
    assert room(stoppage).first_day(MONDAY, MONDAY + HORIZON) == collect_on
