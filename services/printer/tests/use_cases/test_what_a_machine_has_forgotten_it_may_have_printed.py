import pytest
from printer.domain.book import BookState
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import RequestOutcomeUnknown
from printer.domain.settlement import Settlement
from printer.domain.two_persons import DecisionReason
from printer.use_cases.attempt_actions import confirm_machine_off, give_up_attempt
from printer.use_cases.record_findings import Finding

from .findings import finds, two_find
from .print_room import OUTCOME_UNKNOWN_AFTER, PrintRoom


async def _silent(room: PrintRoom) -> Job:
    """A job of unknown outcome in M1, which does not answer; only M2 gets another."""
    job = await room.print()
    await room.step()
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    await room.add_machine(2)
    await room.pause("M1")
    return await room.job(job)


async def _answers_without_memory(room: PrintRoom, *, restarted: bool) -> None:
    """M1 prints the page it has, forgets it, and answers again."""
    room.machine.finish()
    if restarted:
        room.machine.restart()
    else:
        room.machine.jobs.clear()
    room.machine.unavailable = None
    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    await room.step(machine_id="M2")


async def _confirmed_off(room: PrintRoom, job: Job) -> None:
    attempt_id, reason = job.latest_attempt.attempt_id, DecisionReason.MACHINE_OFF
    for user in ("siti", "budi"):
        async with room.store.begin() as records:
            by = room.by(user)
            await confirm_machine_off(records, job.job_id, attempt_id, reason, "unplugged", by)


@pytest.mark.parametrize("restarted", [True, False])
async def test_a_book_found_blank_before_it_answered_is_looked_at_again(
    room: PrintRoom, restarted: bool
) -> None:
    job = await _silent(room)
    await two_find(room, job, Finding.NOT_PRINTED)

    await _answers_without_memory(room, restarted=restarted)

    now = await room.job(job)
    assert now.state is JobState.UNKNOWN_OUTCOME
    assert now.latest_attempt.reason == "machine M1 has forgotten it: look again"
    assert room.machines["M2"].documents == []
    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


async def test_who_looks_again_and_finds_it_printed_says_so(room: PrintRoom) -> None:
    job = await _silent(room)
    await two_find(room, job, Finding.NOT_PRINTED)
    await _answers_without_memory(room, restarted=True)

    now = await finds(room, job, Finding.PRINTED, room.by("siti"))

    assert (now.state, now.latest_attempt.book_serial) == (JobState.QUALITY_CHECK, "B1000001")


async def test_two_who_look_again_and_find_it_blank_let_it_be_printed(room: PrintRoom) -> None:
    job = await _silent(room)
    await two_find(room, job, Finding.NOT_PRINTED)
    await _answers_without_memory(room, restarted=True)

    await two_find(room, job, Finding.NOT_PRINTED)
    await room.step(machine_id="M2")

    assert (await room.job(job)).latest_attempt.machine_id == "M2"
    assert "B1000001" in await room.books(BookState.SAFE)


@pytest.mark.parametrize("found", [Finding.SPOILED, Finding.LOST])
async def test_a_job_whose_book_was_written_off_before_it_answered_is_held(
    room: PrintRoom, found: Finding
) -> None:
    job = await _silent(room)
    await two_find(room, job, found)

    await _answers_without_memory(room, restarted=True)

    now = await room.job(job)
    assert (now.state, now.state_reason) == (
        JobState.HELD, "machine M1 has forgotten it: look again",
    )  # fmt: skip
    assert room.machines["M2"].documents == []


async def test_a_look_before_it_answered_does_not_count_as_one_of_two(room: PrintRoom) -> None:
    job = await _silent(room)
    await finds(room, job, Finding.NOT_PRINTED, room.by("siti"))
    await _answers_without_memory(room, restarted=True)

    now = await finds(room, job, Finding.NOT_PRINTED, room.by("budi"))

    assert now.state is JobState.UNKNOWN_OUTCOME


async def test_what_two_persons_confirmed_holds_and_its_book_does_not_come_back(
    room: PrintRoom,
) -> None:
    job = await _silent(room)
    await two_find(room, job, Finding.NOT_PRINTED)
    await _confirmed_off(room, job)

    await _answers_without_memory(room, restarted=True)

    now = await room.job(job)
    assert (now.state, now.latest_attempt.machine_id) == (JobState.SENT, "M2")
    assert now.attempts[0].settlement is Settlement.GONE
    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


async def test_a_machine_that_cannot_have_forgotten_it_denies_it(room: PrintRoom) -> None:
    room.machine.fails["create_job"] = RequestOutcomeUnknown
    job = await room.print()
    await room.step()
    await _given_up(room, job)
    await two_find(room, job, Finding.NOT_PRINTED)
    room.machine.fails.clear()

    await room.step(after=5.0)

    now = await room.job(job)
    assert now.attempts[0].settlement is Settlement.GONE
    assert await room.books(BookState.QUARANTINED) == []


async def _given_up(room: PrintRoom, job: Job) -> None:
    attempt_id = (await room.job(job)).latest_attempt.attempt_id
    async with room.store.begin() as records:
        await give_up_attempt(records, job.job_id, attempt_id, room.by("siti"), "silent")
