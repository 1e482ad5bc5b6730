import pytest
from printer.domain.attempt import AttemptOutcome
from printer.domain.book import BookState
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import MachineJobPhase, RequestOutcomeUnknown

from .print_room import PrintRoom

PENDING, PROCESSING = MachineJobPhase.PENDING, MachineJobPhase.PROCESSING


@pytest.mark.parametrize("phase", [PENDING, PROCESSING])
async def test_one_found_at_its_machine_counts_as_sent(
    room: PrintRoom, phase: MachineJobPhase
) -> None:
    room.machine.answer_lost = "send_document"
    job = await room.print()
    await room.step()
    before = await room.job(job)
    room.machine.set_phase(1, phase)

    await room.step(after=1.0)

    assert (before.state, (await room.job(job)).state) == (JobState.ASSIGNED, JobState.SENT)
    assert len(room.machine.documents) == 1


async def test_one_found_once_and_then_forgotten_is_not_sent_again(room: PrintRoom) -> None:
    room.machine.answer_lost = "send_document"
    job = await room.print()
    await room.step()
    await room.step(after=1.0)
    room.machine.jobs.clear()  # it runs on, and forgets the job all the same

    await room.step(after=1.0)

    now = await room.job(job)
    assert len(room.machine.documents) == 1
    assert now.state is JobState.UNKNOWN_OUTCOME
    assert now.latest_attempt.reason == "the machine has forgotten a job that it had"
    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


async def test_one_without_its_document_is_cancelled_and_tried_again(room: PrintRoom) -> None:
    room.machine.fails["send_document"] = RequestOutcomeUnknown
    job = await room.print()
    await room.step()
    room.machine.fails.clear()

    for _ in range(4):
        await room.step(after=2.0)

    first, second = (await room.job(job)).attempts
    assert (first.outcome, first.book_serial) == (AttemptOutcome.NOT_PRINTED, "B1000001")
    assert (second.outcome, second.book_serial) == (None, "B1000001")
    assert room.machine.documents == [second.attempt_id]


async def test_a_refused_job_goes_back_into_the_queue_and_its_machine_is_cleared(
    room: PrintRoom,
) -> None:
    room.machine.add_job("orphan", MachineJobPhase.AWAITING_DOCUMENT)
    room.machine.reports_idle = True
    job = await room.print()

    await room.step()

    now = await room.job(job)
    assert now.state is JobState.QUEUED
    assert now.latest_attempt.reason == "busy"
    assert await room.books(BookState.LOADED) == ["B1000001", "B1000002", "B1000003"]
    assert room.machine.requests == ["get_status", "create_job", "pending_jobs", "cancel_job"]
    assert room.monitor.is_backing_off("M1")


async def test_a_finished_job_is_found_where_it_was_created(room: PrintRoom) -> None:
    await room.print()
    await room.step()
    await room.step(after=1.0)

    assert room.machine.expected_ids == [1]
