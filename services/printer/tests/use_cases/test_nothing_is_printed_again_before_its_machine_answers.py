import pytest
from printer.domain.attribution import Attribution
from printer.domain.book import BookState
from printer.domain.errors import AttemptUnsettled
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent, JobState
from printer.domain.printer_client import MachineJobPhase, RequestOutcomeUnknown, RequestRefused
from printer.domain.settlement import Settlement
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.attempt_actions import cancel_print_job

from .print_room import ATTEMPT_LIMIT, OPERATOR, OUTCOME_UNKNOWN_AFTER, PrintRoom


async def _jammed_and_silent(room: PrintRoom) -> Job:
    """A job in the jammed machine M1, which has not answered for so long that it is given up."""
    job = await room.print()
    await room.step()
    room.machine.set_phase(1, MachineJobPhase.STOPPED)
    room.machine.stopped = True
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    assert (await room.job(job)).state is JobState.UNKNOWN_OUTCOME
    return job


async def _resolve(room: PrintRoom, job: Job, event: JobEvent) -> None:
    async with room.store.begin() as records:
        now = await records.jobs.get(job.job_id)
        await apply_transition(records, now, event, Attribution(OPERATOR, room.now()))


async def _next_machine(room: PrintRoom) -> None:
    await room.add_machine(2)
    await room.step(machine_id="M2")


async def test_the_silent_machine_may_still_print_so_no_other_does(room: PrintRoom) -> None:
    job = await _jammed_and_silent(room)
    await _resolve(room, job, JobEvent.RESOLVE_AS_NOT_PRINTED)

    await _next_machine(room)

    now = await room.job(job)
    assert now.state is JobState.QUEUED
    assert room.machines["M2"].documents == []
    assert "machine M1 to answer for attempt" in now.waiting_for(room.now())
    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


async def test_back_still_jammed_it_loses_the_page_and_another_machine_prints(
    room: PrintRoom,
) -> None:
    job = await _jammed_and_silent(room)
    await _resolve(room, job, JobEvent.RESOLVE_AS_NOT_PRINTED)
    room.machine.unavailable = None

    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    await _next_machine(room)

    now = await room.job(job)
    assert room.machine.jobs[0].phase is MachineJobPhase.CANCELLED_OR_ABORTED
    assert [attempt.settlement for attempt in now.attempts] == [Settlement.GONE, None]
    assert len(room.machines["M2"].documents) == 1


async def test_a_book_that_it_had_begun_to_print_does_not_come_back_to_the_safe(
    room: PrintRoom,
) -> None:
    job = await _jammed_and_silent(room)
    await _resolve(room, job, JobEvent.RESOLVE_AS_NOT_PRINTED)
    room.machine.set_phase(1, MachineJobPhase.CANCELLED_OR_ABORTED)
    room.machine.unavailable = None

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    assert (await room.job(job)).state is JobState.QUEUED
    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


async def test_a_book_that_it_never_began_to_print_comes_back_to_the_safe(room: PrintRoom) -> None:
    job = await _jammed_and_silent(room)
    await _resolve(room, job, JobEvent.RESOLVE_AS_NOT_PRINTED)
    room.machine.set_phase(1, MachineJobPhase.PENDING)
    room.machine.unavailable = None

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    assert room.machine.jobs[0].phase is MachineJobPhase.CANCELLED_OR_ABORTED
    assert await room.books(BookState.SAFE) == ["B1000001"]


async def test_back_with_the_page_printed_it_is_told_and_nothing_is_printed(
    room: PrintRoom,
) -> None:
    job = await _jammed_and_silent(room)
    await _resolve(room, job, JobEvent.RESOLVE_AS_NOT_PRINTED)
    room.machine.unavailable, room.machine.stopped = None, False
    room.machine.finish()

    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    await _next_machine(room)

    now = await room.job(job)
    assert now.state is JobState.UNKNOWN_OUTCOME
    assert "reports book B1000001 printed" in now.latest_attempt.reason
    assert room.machines["M2"].documents == []
    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


async def test_a_book_found_spoiled_and_reported_printed_holds_the_job(room: PrintRoom) -> None:
    job = await _jammed_and_silent(room)
    await _resolve(room, job, JobEvent.RESOLVE_AS_SPOILED)
    room.machine.unavailable, room.machine.stopped = None, False
    room.machine.finish()

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    now = await room.job(job)
    assert now.state is JobState.HELD
    assert "reports book B1000001 printed" in now.waiting_for(room.now())


async def test_a_page_that_nobody_looked_for_goes_to_the_quality_check(room: PrintRoom) -> None:
    job = await _jammed_and_silent(room)
    room.machine.unavailable, room.machine.stopped = None, False
    room.machine.finish()

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    assert (await room.job(job)).state is JobState.QUALITY_CHECK
    assert await room.books(BookState.ASSIGNED) == ["B1000001"]


async def test_it_gets_no_other_job_before_it_gave_up_the_old_one(room: PrintRoom) -> None:
    await _jammed_and_silent(room)
    other = await room.print()
    room.machine.unavailable, room.machine.stopped = None, False
    room.machine.reports_idle = True
    room.machine.fails["cancel_job"] = RequestRefused

    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    kept = await room.job(other)
    room.machine.fails.clear()
    await room.step()

    assert kept.state is JobState.QUEUED
    assert (await room.job(other)).state is JobState.SENT


async def test_another_machine_at_its_address_does_not_answer_for_it(room: PrintRoom) -> None:
    job = await room.print()
    await room.step()
    room.machine.restart()
    room.machine.printer_uuid = "urn:uuid:other"
    await room.step(after=10.0)
    lost = await room.job(job)
    await _resolve(room, job, JobEvent.RESOLVE_AS_NOT_PRINTED)

    await room.step(after=10.0)

    now = await room.job(job)
    assert (lost.state, now.state) == (JobState.UNKNOWN_OUTCOME, JobState.QUEUED)
    assert now.latest_attempt.settlement is Settlement.UNSETTLED


async def test_its_job_cannot_be_cancelled_either(room: PrintRoom) -> None:
    job = await _jammed_and_silent(room)
    await _resolve(room, job, JobEvent.RESOLVE_AS_NOT_PRINTED)

    async with room.store.begin() as records:
        with pytest.raises(AttemptUnsettled):
            await cancel_print_job(records, job.job_id, Attribution(OPERATOR, room.now()), "no")


async def test_a_jam_that_lasts_ends_the_attempt_and_its_page_is_cancelled(room: PrintRoom) -> None:
    job = await room.print()
    await room.step()
    room.machine.set_phase(1, MachineJobPhase.STOPPED)
    room.machine.stopped, room.machine.state_reasons = True, ("media-jam-error",)

    await room.step(after=ATTEMPT_LIMIT)
    given_up = await room.job(job)
    await room.step()

    assert given_up.state is JobState.UNKNOWN_OUTCOME
    assert given_up.latest_attempt.reason == (
        "the machine has not finished it in 600 s: media-jam-error"
    )
    assert room.machine.jobs[0].phase is MachineJobPhase.CANCELLED_OR_ABORTED
    assert (await room.job(job)).latest_attempt.settlement is Settlement.GONE


async def test_a_machine_that_refuses_to_say_what_jobs_it_has_keeps_none_for_ever(
    room: PrintRoom,
) -> None:
    job = await room.print()
    await room.step()
    room.machine.fails["find_job"] = RequestRefused
    await room.step()

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    assert (await room.job(job)).state is JobState.UNKNOWN_OUTCOME
