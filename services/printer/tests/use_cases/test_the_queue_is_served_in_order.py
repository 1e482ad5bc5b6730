from printer.domain.job_transitions import JobState

from .print_room import PrintRoom

EMERGENCY, EXPEDITED, NORMAL = 1, 2, 3


async def test_by_priority_class_then_by_arrival(room: PrintRoom) -> None:
    classes = [NORMAL, NORMAL, EXPEDITED, EMERGENCY]
    normal, second_normal, expedited, emergency = [await room.print(c) for c in classes]
    printed = []
    for _ in range(3):
        await room.step()
        printed.append(room.machine.documents[-1])
        room.machine.finish()
        await room.step(after=5.0)

    attempts = [(await room.job(job)).attempts for job in (emergency, expedited, normal)]
    assert printed == [attempt.attempt_id for [attempt] in attempts]
    assert (await room.job(second_normal)).state is JobState.QUEUED


async def test_a_slower_machine_waits_for_one_that_will_finish_sooner(room: PrintRoom) -> None:
    await _measure(room, {"M1": 10.0, "M2": 60.0})
    await room.print()
    await room.step()
    waiting = await room.print()

    await room.step(after=8.0, machine_id="M2")

    assert (await room.job(waiting)).state is JobState.QUEUED


async def test_a_machine_that_overruns_is_expected_to_take_as_long_again(room: PrintRoom) -> None:
    await _measure(room, {"M1": 10.0})
    await room.print()
    await room.step()

    left = []
    for _ in range(4):
        room.seconds += 5.0
        [capacity] = room.monitor.capacities(["M1"])
        left.append(capacity.seconds_until_idle)

    assert left == [5.0, 0.001, 5.0, 10.0]


async def test_a_machine_that_overruns_is_not_taken_for_idle(room: PrintRoom) -> None:
    await _measure(room, {"M1": 10.0, "M2": 60.0})
    await room.print()
    await room.step()
    waiting = await room.print()

    await room.step(after=100.0, machine_id="M2")

    assert (await room.job(waiting)).state is JobState.SENT
    assert (await room.job(waiting)).latest_attempt.machine_id == "M2"


async def test_a_machine_not_yet_measured_counts_as_fast_as_the_others(room: PrintRoom) -> None:
    await _measure(room, {"M1": 10.0})
    await room.add_machine(3)
    await room.step(machine_id="M3")

    capacities = room.monitor.capacities(["M1", "M3"])

    assert [(c.machine_id, c.seconds_per_book) for c in capacities] == [("M1", 10.0), ("M3", 10.0)]


async def test_the_latest_book_counts_for_a_fifth_of_the_measured_speed(room: PrintRoom) -> None:
    await _print_one(room, "M1", 10.0)
    await _print_one(room, "M1", 20.0)

    [capacity] = room.monitor.capacities(["M1"])

    assert capacity.seconds_per_book == 12.0


async def _measure(room: PrintRoom, seconds_per_book: dict[str, float]) -> None:
    """Let each machine print one book, in the given time; add those that are missing."""
    for machine_id, seconds in seconds_per_book.items():
        if machine_id not in room.machines:
            await room.add_machine(int(machine_id[1:]))
            for other in room.machines:
                room.machines[other].accepting_jobs = other == machine_id
                await room.step(machine_id=other)
        await _print_one(room, machine_id, seconds)
    for machine_id, machine in room.machines.items():
        machine.accepting_jobs = True
        await room.step(machine_id=machine_id)


async def _print_one(room: PrintRoom, machine_id: str, seconds: float) -> None:
    await room.print()
    await room.step(machine_id=machine_id)
    room.machines[machine_id].finish()
    await room.step(after=seconds, machine_id=machine_id)
