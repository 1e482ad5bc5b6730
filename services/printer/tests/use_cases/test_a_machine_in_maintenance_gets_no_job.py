from datetime import timedelta

import pytest
from printer.domain.errors import MaintenanceNotFound
from printer.domain.job_transitions import JobState
from printer.domain.machine import MachineState
from printer.domain.maintenance import MaintenanceWindow
from printer.use_cases.maintenance import cancel_maintenance, schedule_maintenance
from printer.use_cases.printing_status import PrintingStatus, printing_status
from servicekit.errors import InvalidRequest

from .print_room import PrintRoom
from .scripted_machine import NOON


async def _schedule(
    room: PrintRoom, starts: float, ends: float, machine_id: str = "M1", reason: str = "new rollers"
) -> MaintenanceWindow:
    """Schedule a window by its seconds since noon."""
    window = MaintenanceWindow(
        window_id=room.new_id(),
        machine_id=machine_id,
        starts_at=NOON + timedelta(seconds=starts),
        ends_at=NOON + timedelta(seconds=ends),
        reason=reason,
        by=room.operator(),
    )
    async with room.store.begin() as records:
        await schedule_maintenance(records, window)
    return window


async def _cancel(room: PrintRoom, window: MaintenanceWindow) -> None:
    async with room.store.begin() as records:
        await cancel_maintenance(records, "M1", window.window_id, room.operator(), "postponed")


async def _status(room: PrintRoom) -> PrintingStatus:
    async with room.store.read() as records:
        return await printing_status(records, room.monitor, room.now())


async def _measured_at_ten_seconds_a_book(room: PrintRoom) -> None:
    await room.print()
    await room.step()
    room.machine.finish()
    await room.step(after=10.0)


async def test_none_is_given_that_would_not_be_finished_before_it(room: PrintRoom) -> None:
    await _measured_at_ten_seconds_a_book(room)
    await _schedule(room, 29.0, 60.0)
    job = await room.print()

    await room.step(after=10.0)
    too_late = await room.job(job)
    await room.step(after=39.0)
    within = await room.job(job)
    await room.step(after=1.0)
    afterwards = await room.job(job)

    assert (too_late.state, within.state) == (JobState.QUEUED, JobState.QUEUED)
    assert afterwards.state is JobState.SENT


async def test_one_is_given_that_is_finished_before_it(room: PrintRoom) -> None:
    await _measured_at_ten_seconds_a_book(room)
    await _schedule(room, 20.0, 60.0)
    job = await room.print()

    await room.step()

    assert (await room.job(job)).state is JobState.SENT


async def test_the_job_goes_to_another_machine_meanwhile(room: PrintRoom) -> None:
    await room.add_machine(2)
    await room.step()
    await _schedule(room, 0.0, 60.0)
    job = await room.print()

    await room.step()
    await room.step(machine_id="M2")

    assert (await room.job(job)).latest_attempt.machine_id == "M2"


async def test_the_page_that_it_has_is_finished(room: PrintRoom) -> None:
    job = await room.print()
    await room.step()
    await _schedule(room, 0.0, 60.0)

    room.machine.finish()
    await room.step(after=5.0)

    assert (await room.job(job)).state is JobState.QUALITY_CHECK


async def test_windows_may_overlap(room: PrintRoom) -> None:
    await _schedule(room, 0.0, 30.0)
    await _schedule(room, 20.0, 60.0)
    job = await room.print()

    await room.step(after=40.0)
    covered = await room.job(job)
    await room.step(after=20.0)

    assert covered.state is JobState.QUEUED
    assert (await room.job(job)).state is JobState.SENT


async def test_a_cancelled_one_counts_no_more(room: PrintRoom) -> None:
    window = await _schedule(room, 0.0, 60.0)
    job = await room.print()

    await _cancel(room, window)
    await room.step()

    assert (await room.job(job)).state is JobState.SENT
    with pytest.raises(MaintenanceNotFound):
        await _cancel(room, window)


async def test_it_is_shown_while_it_lasts_and_before(room: PrintRoom) -> None:
    await room.step()
    window = await _schedule(room, 600.0, 4200.0)
    [before] = (await _status(room)).machines
    room.seconds = 580.0
    await room.step()
    too_late_for_a_book = await _status(room)
    room.seconds = 600.0
    during = await _status(room)
    room.seconds = 4200.0
    await room.step()
    [after] = (await _status(room)).machines

    assert (before.state, before.maintenance) == (MachineState.IDLE, (window,))
    assert too_late_for_a_book.machines[0].state is MachineState.MAINTENANCE
    assert too_late_for_a_book.blocking_reasons == during.blocking_reasons
    assert during.machines[0].state is MachineState.MAINTENANCE
    assert during.blocking_reasons == [
        "machine M1 has maintenance from 2018-11-05 04:10 until 2018-11-05 05:10 UTC: new rollers"
    ]
    assert (after.state, after.maintenance) == (MachineState.IDLE, ())


async def test_its_history_tells_who_scheduled_and_cancelled_it(room: PrintRoom) -> None:
    window = await _schedule(room, 60.0, 120.0)
    room.seconds = 30.0
    await _cancel(room, window)

    async with room.store.read() as records:
        events = await records.machine_events.of_machine("M1", 0, 10)

    assert [
        (event.action.name, event.by.who, event.reason, event.maintenance) for event in events[1:]
    ] == [
        ("MAINTENANCE_SCHEDULED", room.operator().who, "new rollers", window),
        ("MAINTENANCE_CANCELLED", room.operator().who, "postponed", window),
    ]


@pytest.mark.parametrize(("starts", "ends"), [(60.0, 60.0), (60.0, 30.0), (-60.0, 0.0)])
async def test_one_that_is_over_is_refused(room: PrintRoom, starts: float, ends: float) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await _schedule(room, starts, ends)

    assert refusal.value.field == "ends_at"
    assert (await _status(room)).machines[0].maintenance == ()
