from datetime import UTC, datetime, timedelta
from itertools import count

from issuance.domain.collection_plan import PriorityClass
from issuance.domain.office_rotation import NextTask, OfficeRotation

NUMBERS = count(1)
NOW = datetime(2018, 10, 26, 1, tzinfo=UTC)
HEAD_START = {"EMERGENCY": 60, "EXPEDITED": 7, "NORMAL": 0}


def task(
    office: str,
    queue_number: int = 0,
    priority_class: PriorityClass = PriorityClass.NORMAL,
    days_ago: int = 0,
) -> NextTask:
    queued_from = NOW - timedelta(days=days_ago + HEAD_START[priority_class.name])
    return NextTask(f"{office}-{next(NUMBERS)}", office, priority_class, queued_from, queue_number)


def offices(tasks: list[NextTask], rotation: OfficeRotation, limit: int) -> list[str]:
    return [task.office for task in rotation.choose(tasks, limit)]


def test_those_that_had_no_turn_go_by_their_place_in_the_queue() -> None:
    tasks = [task("BJM", 7), task("JKT", 3), task("SUB", 5)]

    assert offices(tasks, OfficeRotation(), 2) == ["JKT", "SUB"]


def test_a_long_queue_waits_for_the_turns_of_the_others() -> None:
    rotation = OfficeRotation()

    turns = [
        offices([task("JKT", 1), task("BJM", 5001), task("SUB", 5002)], rotation, 1)[0]
        for _ in range(7)
    ]

    assert turns == ["JKT", "BJM", "SUB", "JKT", "BJM", "SUB", "JKT"]


def test_urgent_tasks_go_first_whose_turn_it_may_be() -> None:
    rotation = OfficeRotation()
    urgent = task("JKT", 9, PriorityClass.EMERGENCY)

    assert offices([task("BJM", 1), urgent], rotation, 1) == ["JKT"]
    assert offices([task("BJM", 1), urgent], rotation, 1) == ["JKT"]
    assert offices([task("BJM", 1), task("JKT", 2)], rotation, 1) == ["BJM"]


def test_an_office_that_returns_gets_one_turn_before_the_others_and_not_all_that_it_missed() -> (
    None
):
    rotation = OfficeRotation()
    for _ in range(3):
        offices([task("BJM", 1)], rotation, 1)

    turns = [offices([task("BJM", 1), task("JKT", 2)], rotation, 1)[0] for _ in range(4)]

    assert turns == ["JKT", "BJM", "JKT", "BJM"]


def test_whoever_waited_for_the_head_start_of_a_class_is_as_urgent() -> None:
    rotation = OfficeRotation()
    expedited = task("JKT", 9, PriorityClass.EXPEDITED)

    assert offices([task("BJM", 1, days_ago=6), expedited], rotation, 1) == ["JKT"]
    assert offices([task("BJM", 1, days_ago=7), expedited], rotation, 1) == ["BJM"]
    assert offices([task("BJM", 1, days_ago=7), expedited], rotation, 1) == ["JKT"]


def test_those_who_wait_long_do_not_hold_up_an_emergency() -> None:
    emergency = task("JKT", 9, PriorityClass.EMERGENCY)

    assert offices([task("BJM", 1, days_ago=59), emergency], OfficeRotation(), 1) == ["JKT"]
    assert offices([task("BJM", 1, days_ago=60), emergency], OfficeRotation(), 1) == ["BJM"]
