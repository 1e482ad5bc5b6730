from dataclasses import replace

from printer.domain.book import BookState
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import MachineJobPhase, RequestNotDelivered
from printer.domain.restore import RestoreFinding
from printer.domain.two_persons import DecisionReason
from printer.use_cases.attempt_actions import release_print_job
from printer.use_cases.release_after_restore import release_after_restore

from .print_room import PrintRoom


async def _findings(room: PrintRoom) -> list[RestoreFinding] | None:
    async with room.store.read() as records:
        restore = await records.restores.unreleased()
        return None if restore is None else await records.restores.findings(restore)


async def test_stops_printing_and_its_book_is_set_aside(room: PrintRoom) -> None:
    room.machine.add_job("lost", MachineJobPhase.COMPLETED, "B1000001")
    job = await room.print()

    await room.step()
    await room.step()

    findings = await _findings(room)
    assert findings is not None
    assert [(f.attempt_id, f.book_serial) for f in findings] == [("", ""), ("lost", "B1000001")]
    assert await room.books(BookState.QUARANTINED) == ["B1000001"]
    assert (await room.job(job)).state is JobState.QUEUED
    assert room.machine.documents == []


async def test_holds_the_job_whose_page_it_printed(room: PrintRoom) -> None:
    lost = room.machine.add_job("lost", MachineJobPhase.COMPLETED, "B1000001")
    room.machine.jobs[0] = replace(lost, printed_sha256="")
    job = await room.print()

    await room.step()

    assert (await room.job(job)).state is JobState.HELD


async def test_is_compared_when_it_answers_again(room: PrintRoom) -> None:
    room.machine.add_job("lost", MachineJobPhase.COMPLETED, "B1000001")
    room.machine.unavailable = RequestNotDelivered
    await room.step()
    room.machine.unavailable = None

    await room.step(after=60.0)

    assert await _findings(room) is not None


async def test_a_job_that_another_program_created_is_no_sign(room: PrintRoom) -> None:
    room.machine.add_job("test page", MachineJobPhase.COMPLETED)

    await room.step()

    assert await _findings(room) is None


async def test_attempts_that_the_database_knows_are_no_sign(room: PrintRoom) -> None:
    await room.print()
    await room.step()
    room.drivers["M1"] = room.make_driver("M1")

    await room.step()

    assert await _findings(room) is None


async def test_holds_a_job_that_another_machine_had_when_it_was_compared(room: PrintRoom) -> None:
    job = await room.print()
    await room.step()
    await room.add_machine(2)
    lost = room.machines["M2"].add_job("lost", MachineJobPhase.COMPLETED, "B2000001")
    room.machines["M2"].jobs[0] = replace(lost, printed_sha256="")
    await room.step(machine_id="M2")
    aborted = MachineJobPhase.CANCELLED_OR_ABORTED
    room.machine.jobs[0] = replace(room.machine.jobs[0], phase=aborted, processing_began=False)
    await room.step()
    requeued = await room.job(job)
    for user in ("siti", "budi"):
        async with room.store.begin() as records:
            await release_after_restore(records, "compared", room.by(user))

    await room.step(after=20.0)
    held = await room.job(job)
    for user in ("siti", "budi"):
        async with room.store.begin() as records:
            reason = DecisionReason.CAUSE_REMEDIED
            await release_print_job(records, job.job_id, reason, "not made", room.by(user))
    await room.step(after=20.0)

    assert (requeued.state, held.state) == (JobState.QUEUED, JobState.HELD)
    assert held.state_reason == "on machine M2 a job for book B2000001 is completed"
    assert (await room.job(job)).state is JobState.SENT
