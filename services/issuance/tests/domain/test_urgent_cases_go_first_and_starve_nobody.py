from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from issuance.domain.collection_plan import PriorityClass, WaitingCase, plan_collections
from issuance.domain.print_room import Capacity, PrintRoom
from issuance.domain.working_time import Calendar

MONDAY = date(2018, 11, 5)
ONE_A_DAY = PrintRoom(
    Calendar(ZoneInfo("Asia/Makassar"), "ID"), Capacity.of(1, Fraction(1), since=MONDAY)
)


def case(name: str, priority_class: PriorityClass, applied: date = MONDAY) -> WaitingCase:
    return WaitingCase(name, applied, due_on=applied, priority_class=priority_class)


def order(*cases: WaitingCase) -> list[str]:
    return [entry.id for entry in plan_collections(cases, ONE_A_DAY, MONDAY).entries]


def test_an_emergency_goes_before_expedited_and_normal() -> None:
    assert order(
        case("normal", PriorityClass.NORMAL),
        case("quick", PriorityClass.EXPEDITED),
        case("dying", PriorityClass.EMERGENCY),
    ) == ["dying", "quick", "normal"]


def test_an_emergency_of_today_goes_before_a_backlog_of_weeks() -> None:
    backlog = [
        case(str(n), PriorityClass.NORMAL, MONDAY - timedelta(days=40) + timedelta(days=n))
        for n in range(5)
    ]

    assert order(*backlog, case("dying", PriorityClass.EMERGENCY))[0] == "dying"


@pytest.mark.parametrize(
    ("urgent", "days", "first"),
    [
        (PriorityClass.EXPEDITED, 7, "urgent"),
        (PriorityClass.EXPEDITED, 8, "normal"),
        (PriorityClass.EMERGENCY, 60, "urgent"),
        (PriorityClass.EMERGENCY, 61, "normal"),
    ],
)
def test_who_has_waited_longer_than_the_head_start_goes_first(
    urgent: PriorityClass, days: int, first: str
) -> None:
    old = MONDAY - timedelta(days=days)

    assert order(case("normal", PriorityClass.NORMAL, old), case("urgent", urgent))[0] == first
