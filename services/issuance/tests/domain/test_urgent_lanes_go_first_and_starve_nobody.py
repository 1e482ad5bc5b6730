from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from issuance.domain.plan import HEAD_START, Lane, Waiting, plan
from issuance.domain.print_room import Capacity, PrintRoom
from issuance.domain.working_time import Calendar

MONDAY = date(2018, 11, 5)
ONE_A_DAY = PrintRoom(
    Calendar(ZoneInfo("Asia/Makassar"), "ID"), Capacity.of(1, Fraction(1), since=MONDAY)
)


def case(name: str, lane: Lane, applied: date = MONDAY) -> Waiting:
    return Waiting(name, applied, promised=applied, lane=lane)


def order(*cases: Waiting) -> list[str]:
    return [entry.id for entry in plan(cases, ONE_A_DAY, MONDAY).entries]


def test_an_emergency_goes_before_expedited_and_normal() -> None:
    assert order(
        case("normal", Lane.NORMAL), case("quick", Lane.EXPEDITED), case("dying", Lane.EMERGENCY)
    ) == ["dying", "quick", "normal"]


def test_an_emergency_of_today_goes_before_a_backlog_of_weeks() -> None:
    backlog = [
        case(str(n), Lane.NORMAL, MONDAY - timedelta(days=40) + timedelta(days=n)) for n in range(5)
    ]

    assert order(*backlog, case("dying", Lane.EMERGENCY))[0] == "dying"


def test_who_has_waited_longer_than_the_head_start_goes_first() -> None:
    old = MONDAY - HEAD_START[Lane.EXPEDITED] - timedelta(days=1)

    assert order(case("normal", Lane.NORMAL, old), case("quick", Lane.EXPEDITED)) == [
        "normal",
        "quick",
    ]
