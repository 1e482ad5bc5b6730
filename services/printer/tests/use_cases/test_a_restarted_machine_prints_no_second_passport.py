import pytest
from printer.domain.book import BookState
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import RequestOutcomeUnknown

from .print_room import PrintRoom


@pytest.mark.parametrize("answered", [0, 1, 2, 3])
async def test_whenever_it_restarts_while_its_job_is_looked_for(
    room: PrintRoom, answered: int
) -> None:
    """The answer to its document was lost, so only the machine knows that it has the job."""
    room.machine.answer_lost = "send_document"
    job = await room.print()
    await room.step()
    assert (await room.job(job)).state is JobState.ASSIGNED

    room.machine.restart_after(answered)
    for _ in range(8):
        await room.step(after=1.0)

    now = await room.job(job)
    assert room.machine.documents == [now.latest_attempt.attempt_id]
    assert now.state is JobState.UNKNOWN_OUTCOME
    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


@pytest.mark.parametrize("received_at", [0.0, 0.9, 1.5, 2.0, 2.9, 3.0, 3.5])
@pytest.mark.parametrize("off", [0.1, 0.5, 1.0])
async def test_however_soon_after_its_start_it_restarts_again(
    room: PrintRoom, received_at: float, off: float
) -> None:
    """It restarts with the document in its memory, so soon that both starts look like one."""
    room.machine.restart()
    room.machine.answer_lost = "send_document"
    job = await room.print()
    await room.step(after=received_at)
    while not room.machine.documents:
        await room.step(after=0.5)
    room.seconds += off
    room.machine.restart()

    for _ in range(16):
        await room.step(after=0.5)

    now = await room.job(job)
    assert room.machine.documents == [now.latest_attempt.attempt_id]
    assert now.state is JobState.UNKNOWN_OUTCOME
    assert "restarted" in now.latest_attempt.reason


async def test_one_that_ran_on_and_never_got_the_job_gets_it_again(room: PrintRoom) -> None:
    room.machine.fails["create_job"] = RequestOutcomeUnknown
    job = await room.print()
    await room.step()
    assigned = await room.job(job)
    room.machine.fails.clear()

    await room.step(after=1.0)

    sent = await room.job(job)
    assert (assigned.state, sent.state) == (JobState.ASSIGNED, JobState.SENT)
    assert sent.attempts[0].attempt_id == assigned.attempts[0].attempt_id
    assert room.machine.documents == [sent.latest_attempt.attempt_id]
