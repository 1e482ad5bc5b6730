import pytest
from printer.domain.job_transitions import JobState
from printer.domain.machine import MachineState
from printer.domain.machine_observations import MachineObservations
from printer.domain.printer_client import CertificateChanged, MachineJobPhase, RequestOutcomeUnknown
from printer.store.machine_observations import MachineObservationRecords
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.machines import MachineView, view_machines

from .print_room import BACKOFF_SECONDS, OUTCOME_UNKNOWN_AFTER, PrintRoom


async def _seen_by_another_replica(room: PrintRoom) -> list[MachineView]:
    monitor = MachineMonitor(lambda: room.seconds, BACKOFF_SECONDS)
    async with room.store.read() as records:
        return await view_machines(records, monitor, room.now())


async def _restart(room: PrintRoom) -> None:
    """Go on with the drivers of a new process, which knows what was stored."""
    room.monitor = MachineMonitor(lambda: room.seconds, BACKOFF_SECONDS)
    async with room.store.read() as records:
        room.monitor.load(await records.machine_observations.all())
    room.drivers = {machine_id: room.make_driver(machine_id) for machine_id in room.machines}


async def test_a_standby_sees_what_the_dispatcher_sees(room: PrintRoom) -> None:
    await room.step()
    [answering] = await _seen_by_another_replica(room)
    room.machine.state_reasons = ("media-jam-error",)
    await room.step(after=1.0)
    [jammed] = await _seen_by_another_replica(room)
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step(after=1.0)
    [silent] = await _seen_by_another_replica(room)

    assert (answering.state, answering.reasons) == (MachineState.IDLE, ())
    assert (jammed.state, jammed.reasons) == (MachineState.UNAVAILABLE, ("media-jam-error",))
    assert (silent.state, silent.reasons) == (MachineState.UNAVAILABLE, ("timed-out",))
    assert silent.last_contact_at == room.now().replace(second=1)


async def test_a_standby_sees_that_another_certificate_was_shown(room: PrintRoom) -> None:
    room.machine.unavailable = CertificateChanged
    await room.step()
    [changed] = await _seen_by_another_replica(room)
    room.machine.unavailable = None
    await room.step(after=1.0)
    [machine] = await _seen_by_another_replica(room)

    assert changed.reasons == ("certificate-changed",)
    assert machine.reasons == ()


async def test_after_a_restart_a_busy_machine_does_not_keep_the_job_from_an_idle_one(
    room: PrintRoom,
) -> None:
    await room.add_machine(2)
    await room.step(machine_id="M2")
    await room.print()
    await room.step()
    waiting = await room.print()

    await _restart(room)
    await room.step(after=1.0)
    await room.step(machine_id="M2")

    assert (await room.job(waiting)).latest_attempt.machine_id == "M2"


async def test_a_measured_speed_outlives_a_restart(room: PrintRoom) -> None:
    await room.print()
    await room.step()
    room.machine.finish()
    await room.step(after=8.0)

    await _restart(room)

    [capacity] = room.monitor.capacities(["M1"])
    assert capacity.seconds_per_book == 8.0


async def test_a_silence_is_counted_anew_by_the_next_process(room: PrintRoom) -> None:
    """A machine is silent only while it is asked: a service that was down asked nothing."""
    job = await room.print()
    await room.step()
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step(after=1.0)

    room.seconds += 2 * OUTCOME_UNKNOWN_AFTER
    await _restart(room)
    await room.step()
    waiting = await room.job(job)
    await room.step(after=OUTCOME_UNKNOWN_AFTER + 1)

    assert waiting.state is JobState.SENT
    assert (await room.job(job)).state is JobState.UNKNOWN_OUTCOME


async def test_a_clock_that_is_set_back_makes_no_pause_longer(room: PrintRoom) -> None:
    room.seconds = 3600.0
    room.monitor.back_off("M1")
    room.seconds = 0.0
    paused = room.monitor.is_backing_off("M1")
    room.seconds = 16 * BACKOFF_SECONDS

    assert (paused, room.monitor.is_backing_off("M1")) == (True, False)


async def test_who_becomes_the_dispatcher_during_a_read_keeps_what_it_saw(
    room: PrintRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor = MachineMonitor(lambda: room.seconds, BACKOFF_SECONDS)

    async def read(_: MachineObservationRecords) -> dict[str, MachineObservations]:
        monitor.is_dispatcher = True
        monitor.record_unreachable("M1", certificate_changed=True)
        return {}

    monkeypatch.setattr(MachineObservationRecords, "all", read)
    async with room.store.read() as records:
        [machine] = await view_machines(records, monitor, room.now())

    assert machine.reasons == ("certificate-changed",)


async def test_a_replaced_machine_does_not_keep_the_job_from_another(room: PrintRoom) -> None:
    room.machine.printer_uuid = "urn:uuid:other"
    await _goes_to_the_second_machine(room)


async def test_a_machine_at_work_for_somebody_else_does_not_keep_it_either(
    room: PrintRoom,
) -> None:
    room.machine.add_job("of-another-office", MachineJobPhase.PROCESSING)
    await _goes_to_the_second_machine(room)


async def _goes_to_the_second_machine(room: PrintRoom) -> None:
    await room.add_machine(2)
    await room.step()
    job = await room.print()

    await room.step(machine_id="M2")

    assert (await room.job(job)).state is JobState.SENT
    assert (await room.job(job)).latest_attempt.machine_id == "M2"
