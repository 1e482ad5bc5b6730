from collections.abc import AsyncIterator

import pytest_asyncio
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import MachineJobPhase, RequestNotDelivered
from printer.use_cases.machine_monitor import MachineMonitor

from .print_room import BACKOFF_SECONDS, PrintRoom


@pytest_asyncio.fixture
async def two_machines(room: PrintRoom) -> AsyncIterator[PrintRoom]:
    """A print room with two machines whose service has just been started."""
    await room.add_machine(2)
    _starts(room)
    yield room


def _starts(room: PrintRoom) -> None:
    room.monitor = MachineMonitor(lambda: room.seconds, BACKOFF_SECONDS)
    room.drivers = {machine_id: room.make_driver(machine_id) for machine_id in room.machines}


async def test_one_waits_for_the_other(two_machines: PrintRoom) -> None:
    job = await two_machines.print()

    await two_machines.step(machine_id="M1")
    before = (await two_machines.job(job)).state
    await two_machines.step(machine_id="M2")
    await two_machines.step(machine_id="M1")

    assert before is JobState.QUEUED
    assert (await two_machines.job(job)).state is JobState.SENT


async def test_what_the_other_remembers_stops_them_all(two_machines: PrintRoom) -> None:
    two_machines.machines["M2"].add_job("lost", MachineJobPhase.COMPLETED, "B2000001")
    job = await two_machines.print()

    for machine_id in ("M1", "M2", "M1", "M2"):
        await two_machines.step(machine_id=machine_id)

    assert (await two_machines.job(job)).state is JobState.QUEUED
    assert two_machines.machine.documents == []


async def test_one_that_is_off_is_asked_once(two_machines: PrintRoom) -> None:
    two_machines.machines["M2"].unavailable = RequestNotDelivered
    job = await two_machines.print()

    await two_machines.step(machine_id="M2")
    await two_machines.step(machine_id="M1")

    assert (await two_machines.job(job)).state is JobState.SENT


async def test_one_that_was_left_alone_before_the_start_is_asked_at_once(
    two_machines: PrintRoom,
) -> None:
    two_machines.monitor.back_off("M2")
    await two_machines.print()

    await two_machines.step(machine_id="M2")

    assert two_machines.monitor.is_compared("M2")
