from datetime import date, timedelta
from fractions import Fraction
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from issuance.domain.print_room import Capacity, PrintRoom
from issuance.domain.working_time import Calendar

BANJARMASIN = Calendar(ZoneInfo("Asia/Makassar"), "ID")
MONDAY = date(2018, 11, 5)
YEAR = timedelta(days=366)


def room(*changes: tuple[date, Fraction]) -> PrintRoom:
    return PrintRoom(BANJARMASIN, Capacity(changes))


def books(room: PrintRoom, first: date, days: int) -> list[int]:
    return [count for _, count in islice(room.days(first, first + YEAR), days)]


@pytest.mark.parametrize(
    ("machines", "expected"), [(4, [162, 162, 162, 162]), (3, [121, 122, 121, 122])]
)
def test_the_fraction_is_carried_over(machines: int, expected: list[int]) -> None:
    capacity = Capacity.of(machines, Fraction("40.5"), since=MONDAY)

    assert books(PrintRoom(BANJARMASIN, capacity), MONDAY, 4) == expected


def test_a_rate_below_one_makes_a_book_now_and_then() -> None:
    assert books(room((MONDAY, Fraction(1, 3))), MONDAY, 6) == [0, 0, 1, 0, 0, 1]


def test_capacity_changes_on_its_day() -> None:
    half = (MONDAY + timedelta(days=1), Fraction(81))

    assert books(room((MONDAY, Fraction(162)), half), MONDAY, 3) == [162, 81, 81]


def test_a_room_without_machines_makes_nothing() -> None:
    assert room((MONDAY, Fraction(0))).first_day(MONDAY, MONDAY + YEAR) is None


def test_nothing_is_made_before_the_capacity_is_known() -> None:
    assert next(room((MONDAY, Fraction(5))).days(date(2018, 10, 1), MONDAY)) == (MONDAY, 5)


@given(st.fractions(Fraction(1, 100), 500, max_denominator=100), st.integers(0, 30))
def test_planning_anew_every_morning_moves_nobody_by_a_book(rate: Fraction, mornings: int) -> None:
    days = list(room((MONDAY, rate)).days(MONDAY, MONDAY + timedelta(days=60)))
    morning = days[mornings][0]

    assert list(room((MONDAY, rate)).days(morning, days[-1][0])) == days[mornings:]


@given(st.fractions(Fraction(1, 100), 500, max_denominator=100), st.integers(1, 40))
def test_no_fraction_is_lost_or_invented(rate: Fraction, days: int) -> None:
    assert sum(books(room((MONDAY, rate)), MONDAY, days)) == int(rate * days)


@pytest.mark.parametrize(
    ("day", "books"),
    [(date(2018, 11, 4), 0), (MONDAY, 5), (date(2018, 11, 6), 5), (date(2018, 11, 7), 9)],
)
def test_a_capacity_holds_from_its_day_to_the_next_change(day: date, books: int) -> None:
    capacity = Capacity(((MONDAY, Fraction(5)), (date(2018, 11, 7), Fraction(9))))

    assert capacity.since == MONDAY
    assert capacity.on(day) == books


def test_the_days_asked_about_are_all_given() -> None:
    days = [day for day, _ in room((MONDAY, Fraction(5))).days(MONDAY, date(2018, 11, 7))]

    assert days == [MONDAY, date(2018, 11, 6), date(2018, 11, 7)]
