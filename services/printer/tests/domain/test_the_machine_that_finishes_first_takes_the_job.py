from hypothesis import given
from hypothesis import strategies as st
from printer.domain.machine_selection import MachineCapacity, select_machines

FAST_IDLE = MachineCapacity("F", 0, 1)
SLOW_IDLE = MachineCapacity("S", 0, 10)


def test_the_fastest_of_the_idle_comes_first() -> None:
    assert select_machines(1, [SLOW_IDLE, FAST_IDLE]) == ["F"]


def test_a_slow_machine_stays_idle_while_a_fast_one_would_finish_sooner() -> None:
    assert select_machines(5, [SLOW_IDLE, FAST_IDLE]) == ["F"]


def test_a_long_queue_keeps_slow_machines_busy_too() -> None:
    assert select_machines(50, [SLOW_IDLE, FAST_IDLE]) == ["F", "S"]


def test_a_busy_machine_about_to_be_free_is_waited_for() -> None:
    assert select_machines(1, [SLOW_IDLE, MachineCapacity("F", 2, 1)]) == []


def test_equal_machines_share() -> None:
    assert select_machines(3, [MachineCapacity(f"M{n}", 0, 30) for n in (1, 2, 3, 4)]) == [
        "M1",
        "M2",
        "M3",
    ]


def test_a_slow_machine_takes_what_the_fast_one_cannot_finish_before_its_maintenance() -> None:
    fast = MachineCapacity("F", 0, 1, seconds_until_maintenance=2)

    assert select_machines(2, [SLOW_IDLE, fast]) == ["F"]
    assert select_machines(3, [SLOW_IDLE, fast]) == ["F", "S"]


def test_nobody_takes_a_job_just_before_or_in_a_maintenance() -> None:
    soon = MachineCapacity("F", 0, 1, seconds_until_maintenance=0.9)
    present = MachineCapacity("G", 0, 1, seconds_until_maintenance=0)

    assert select_machines(3, [soon, present]) == []


CAPACITY = st.tuples(st.sampled_from([0.0, 0.5, 3.0, 40.0]), st.sampled_from([1.0, 2.0, 30.0]))


@given(st.integers(0, 40), st.lists(CAPACITY, max_size=6))
def test_nobody_takes_two_and_the_queue_never_stands_still(
    waiting: int, rates: list[tuple[float, float]]
) -> None:
    machines = [MachineCapacity(f"M{n}", busy, book) for n, (busy, book) in enumerate(rates)]

    dealt = select_machines(waiting, machines)

    idle = {machine.machine_id for machine in machines if machine.seconds_until_idle == 0}
    assert set(dealt) <= idle
    assert len(dealt) == len(set(dealt)) <= waiting
    if waiting and idle and len(idle) == len(machines):
        assert dealt
