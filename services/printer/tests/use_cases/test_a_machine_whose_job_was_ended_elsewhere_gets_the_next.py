from printer.domain.job_transitions import JobState
from printer.domain.printer_client import MachineJobPhase
from printer.use_cases.attempt_actions import give_up_attempt

from .print_room import PrintRoom


async def test_after_a_person_gave_its_attempt_up(room: PrintRoom) -> None:
    given_up, following = await room.print(), await room.print()
    await room.step()
    async with room.store.begin() as records:
        attempt_id = (await room.job(given_up)).latest_attempt.attempt_id
        await give_up_attempt(records, given_up.job_id, attempt_id, room.by("siti"), "jammed")
    room.machine.set_phase(1, MachineJobPhase.CANCELLED_OR_ABORTED)

    await room.step(after=1.0)

    assert (await room.job(given_up)).state is JobState.UNKNOWN_OUTCOME
    assert (await room.job(following)).state is JobState.SENT


async def test_after_the_service_was_killed_between_the_print_and_its_observations(
    room: PrintRoom,
) -> None:
    printed, following = await room.print(), await room.print()
    await room.step()
    room.machine.finish()
    async with room.store.read() as records:
        stored = await records.machine_observations.all()

    await room.step(after=1.0)
    room.monitor.load(stored)
    room.drivers["M1"] = room.make_driver("M1")
    await room.step()

    assert (await room.job(printed)).state is JobState.QUALITY_CHECK
    assert (await room.job(following)).state is JobState.SENT
