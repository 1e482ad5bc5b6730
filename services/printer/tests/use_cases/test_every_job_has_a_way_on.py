from collections.abc import Sequence

import pytest
from printer.domain.attribution import Attribution
from printer.domain.book import BookState
from printer.domain.errors import AttemptNotFound, IllegalTransition, SecondPersonRequired
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import MachineJobPhase, RequestOutcomeUnknown
from printer.domain.settlement import Settlement
from printer.domain.two_persons import DecisionReason
from printer.use_cases.attempt_actions import (
    cancel_print_job,
    confirm_machine_off,
    give_up_attempt,
    release_print_job,
)
from printer.use_cases.printing_status import printing_status
from printer.use_cases.record_findings import Finding

from .findings import two_find
from .print_room import OUTCOME_UNKNOWN_AFTER, PrintRoom

POISON = b"a page that no machine takes"


async def _work(room: PrintRoom, seconds: int) -> None:
    """Let M1 print whatever it takes, for so long."""
    for _ in range(seconds):
        await room.step(after=1.0)
        if room.machine.jobs and room.machine.jobs[-1].phase is MachineJobPhase.PROCESSING:
            room.machine.finish()


async def _give_up(room: PrintRoom, job: Job) -> Job:
    attempt_id = (await room.job(job)).latest_attempt.attempt_id
    async with room.store.begin() as records:
        by = room.by("siti")
        return await give_up_attempt(records, job.job_id, attempt_id, by, "jammed")


async def _confirm_off(room: PrintRoom, job: Job, by: Attribution) -> Job:
    attempt_id = (await room.job(job)).attempts[0].attempt_id
    reason = DecisionReason.MACHINE_OFF
    async with room.store.begin() as records:
        return await confirm_machine_off(records, job.job_id, attempt_id, reason, "unplugged", by)


async def _release(room: PrintRoom, job: Job, by: Attribution) -> Job:
    reason = DecisionReason.CAUSE_REMEDIED
    async with room.store.begin() as records:
        return await release_print_job(records, job.job_id, reason, "new toner", by)


async def test_a_page_that_a_machine_refuses_does_not_block_the_others(room: PrintRoom) -> None:
    room.machine.refused_documents.add(POISON)
    poison = await room.print(page=POISON)
    good = [await room.print() for _ in range(2)]

    await _work(room, seconds=15)

    assert [(await room.job(job)).state for job in good] == [JobState.QUALITY_CHECK] * 2
    assert "1 jobs are held: two persons must release them, or one cancel them" in (
        await _blocking_reasons(room)
    )
    held = await room.job(poison)
    assert (held.state, held.state_reason) == (
        JobState.HELD, "3 attempts failed, the last one: bad page",
    )  # fmt: skip
    assert len(await room.books(BookState.LOADED)) == 1


async def test_a_refused_job_waits_longer_after_each_failure(room: PrintRoom) -> None:
    room.machine.refused_documents.add(POISON)
    job = await room.print(page=POISON)
    await room.step()
    first = await room.job(job)
    room.seconds += 1.0
    await room.step()
    second = await room.job(job)

    waits = [(now.not_before - room.now()).total_seconds() for now in (first, second)  # type: ignore[operator]
             ]  # fmt: skip
    assert waits == [0.0, 2.0]
    assert second.waiting_for(room.now()) == "a free machine with blank books; attempts failed: 2"


async def test_two_persons_release_a_held_job(room: PrintRoom) -> None:
    room.machine.refused_documents.add(POISON)
    job = await room.print(page=POISON)
    await _work(room, seconds=20)
    room.machine.refused_documents.clear()

    proposed = await _release(room, job, room.by("siti"))
    with pytest.raises(SecondPersonRequired):
        await _release(room, job, room.by("siti"))
    released = await _release(room, job, room.by("budi"))
    await _work(room, seconds=20)

    assert (proposed.state, released.state) == (JobState.HELD, JobState.QUEUED)
    assert "another person than siti to confirm: release the job" in proposed.waiting_for(
        room.now()
    )
    assert (await room.job(job)).state is JobState.QUALITY_CHECK


async def test_a_held_job_is_cancelled_by_one(room: PrintRoom) -> None:
    room.machine.refused_documents.add(POISON)
    job = await room.print(page=POISON)
    await _work(room, seconds=20)

    async with room.store.begin() as records:
        cancelled = await cancel_print_job(records, job.job_id, room.by("siti"), "withdrawn")

    assert (cancelled.state, cancelled.state_reason) == (JobState.CANCELLED, "withdrawn")


async def test_a_book_on_which_a_machine_aborts_twice_is_set_aside(room: PrintRoom) -> None:
    room.machine.aborted_books.add("B1000001")
    job = await room.print()

    await _work(room, seconds=15)

    now = await room.job(job)
    assert now.state is JobState.QUALITY_CHECK
    assert [attempt.book_serial for attempt in now.attempts] == [
        "B1000001", "B1000001", "B1000002",
    ]  # fmt: skip
    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


async def test_an_attempt_in_a_machine_with_a_jam_is_given_up(room: PrintRoom) -> None:
    job = await room.print()
    await room.step()
    room.machine.set_phase(1, MachineJobPhase.STOPPED)

    given_up = await _give_up(room, job)
    await room.step()

    assert given_up.state is JobState.UNKNOWN_OUTCOME
    assert given_up.latest_attempt.reason == "jammed"
    assert room.machine.jobs[0].phase is MachineJobPhase.CANCELLED_OR_ABORTED
    assert (await room.job(job)).latest_attempt.settlement is Settlement.GONE


async def test_only_an_attempt_that_a_machine_has_can_be_given_up(room: PrintRoom) -> None:
    job = await room.printed()

    with pytest.raises(IllegalTransition):
        await _give_up(room, job)
    async with room.store.begin() as records:
        with pytest.raises(AttemptNotFound):
            await give_up_attempt(records, job.job_id, "?", room.by("siti"), "jammed")


async def test_an_attempt_that_has_ended_cannot_be_given_up(room: PrintRoom) -> None:
    job = await room.printed()
    await two_find(room, job, Finding.SPOILED)
    queued = await room.job(job)
    with pytest.raises(IllegalTransition):
        await _give_up(room, job)
    await room.step()
    sent = await room.job(job)
    ended = sent.attempts[0].attempt_id

    async with room.store.begin() as records:
        with pytest.raises(IllegalTransition):
            await give_up_attempt(records, job.job_id, ended, room.by("siti"), "jammed")

    assert (queued.state, sent.state) == (JobState.QUEUED, JobState.SENT)
    assert await room.job(job) == sent


async def test_two_persons_confirm_that_the_machine_is_off_and_another_prints(
    room: PrintRoom,
) -> None:
    job = await _silent_and_found_blank(room)

    proposed = await _confirm_off(room, job, room.by("siti"))
    await room.step(machine_id="M2")
    waiting = await room.job(job)
    await _confirm_off(room, job, room.by("budi"))
    await room.step(machine_id="M2")

    assert "another person than siti" in proposed.waiting_for(room.now())
    assert waiting.state is JobState.QUEUED
    assert (await room.job(job)).state is JobState.SENT
    assert (await room.job(job)).latest_attempt.machine_id == "M2"


async def test_a_machine_confirmed_off_loses_the_page_when_it_answers(room: PrintRoom) -> None:
    job = await _silent_and_found_blank(room)
    for user in ("siti", "budi"):
        await _confirm_off(room, job, room.by(user))
    room.machine.unavailable = None

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    assert room.machine.jobs[0].phase is MachineJobPhase.CANCELLED_OR_ABORTED
    assert (await room.job(job)).attempts[0].settlement is Settlement.GONE


async def test_a_machine_silent_in_two_attempts_of_a_job_answers_for_each(room: PrintRoom) -> None:
    job = await room.silenced()
    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    await two_find(room, job, Finding.NOT_PRINTED)
    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    silent = await room.job(job)
    room.machine.unavailable = None

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    answered = await room.job(job)
    assert [each.settlement for each in silent.attempts] == [Settlement.GONE, Settlement.UNSETTLED]
    assert [each.settlement for each in answered.attempts] == [Settlement.GONE, Settlement.GONE]
    assert answered.revision == silent.revision + 1


@pytest.mark.parametrize("found", [Finding.NOT_PRINTED, Finding.SPOILED])
async def test_nobody_is_asked_whether_it_is_off_once_it_answered(
    room: PrintRoom, found: Finding
) -> None:
    job = await _silent_and_found(room, found)
    await _confirm_off(room, job, room.by("siti"))
    room.machine.unavailable = None

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    now = await room.job(job)
    async with room.store.read() as records:
        status = await printing_status(records, room.monitor, room.now())
    assert now.attempts[0].settlement is Settlement.GONE
    assert now.pending_proposal(room.now()) is None
    assert status.pending == []


async def test_a_second_book_is_told_until_it_is_spoiled(room: PrintRoom) -> None:
    job = await _silent_and_found_blank(room)
    for user in ("siti", "budi"):
        await _confirm_off(room, job, room.by(user))
    await room.step(machine_id="M2")
    room.machine.unavailable = None
    room.machine.finish()

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    async with room.store.read() as records:
        status = await printing_status(records, room.monitor, room.now())
    assert (await room.job(job)).state is JobState.SENT
    assert (
        "machine M1 printed book B1000001 although it was found blank: it must be found and spoiled"
        in status.blocking_reasons
    )


async def _blocking_reasons(room: PrintRoom) -> Sequence[str]:
    async with room.store.read() as records:
        return (await printing_status(records, room.monitor, room.now())).blocking_reasons


async def _silent_and_found_blank(room: PrintRoom) -> Job:
    """A job in the silent machine M1 whose book a person found blank; M2 is ready."""
    return await _silent_and_found(room, Finding.NOT_PRINTED)


async def _silent_and_found(room: PrintRoom, finding: Finding) -> Job:
    """A job in the silent machine M1 whose book was found so by two persons; M2 is ready."""
    job = await room.print()
    await room.step()
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    await two_find(room, job, finding)
    await room.add_machine(2)
    return job
