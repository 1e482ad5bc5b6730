import pytest
from printer.domain.attempt import AttemptOutcome
from printer.domain.book import BookState
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import (
    MachineJobPhase,
    MachineUnavailable,
    RequestNotDelivered,
    RequestOutcomeUnknown,
    RequestRefused,
)

from .print_room import OUTCOME_UNKNOWN_AFTER, PrintRoom


async def test_its_speed_is_measured_from_what_it_prints(room: PrintRoom) -> None:
    job = await room.print()
    await room.step()
    room.machine.finish()
    await room.step(after=8.0)

    [capacity] = room.monitor.capacities(["M1"])

    assert (await room.job(job)).state is JobState.QUALITY_CHECK
    assert (capacity.seconds_until_idle, capacity.seconds_per_book) == (0.0, 8.0)


async def test_after_a_long_silence_a_person_must_look(room: PrintRoom) -> None:
    job = await room.print()
    await room.step()
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    await room.step(after=OUTCOME_UNKNOWN_AFTER - 1)
    waiting = await room.job(job)

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    lost = await room.job(job)
    assert waiting.state is JobState.SENT
    assert lost.state is JobState.UNKNOWN_OUTCOME
    assert "does not answer" in lost.latest_attempt.reason


@pytest.mark.parametrize("silence", [RequestNotDelivered, RequestOutcomeUnknown])
async def test_only_a_machine_that_no_request_reached_gives_its_book_back(
    room: PrintRoom, silence: type[MachineUnavailable]
) -> None:
    room.machine.fails["create_job"] = silence
    job = await room.print()

    await room.step()

    now = await room.job(job)
    given_back = silence is RequestNotDelivered
    assert now.state is (JobState.QUEUED if given_back else JobState.ASSIGNED)
    assert now.latest_attempt.outcome is (AttemptOutcome.NOT_PRINTED if given_back else None)
    async with room.store.read() as records:
        assert (await records.books.count_by_state())[BookState.LOADED] == (3 if given_back else 2)


@pytest.mark.parametrize("idle", [True, False])
async def test_a_job_left_without_document_is_cancelled(room: PrintRoom, idle: bool) -> None:
    room.machine.add_job("orphan", MachineJobPhase.AWAITING_DOCUMENT)
    room.machine.reports_idle = idle
    job = await room.print()

    await room.step()
    room.machine.reports_idle = True
    await room.step(after=60.0)

    assert (await room.job(job)).state is JobState.SENT
    assert room.machine.jobs[0].phase is MachineJobPhase.CANCELLED_OR_ABORTED
    assert room.machine.jobs[1].phase is MachineJobPhase.PROCESSING


async def test_a_job_of_unknown_outcome_is_not_printed_when_its_machine_comes_back(
    room: PrintRoom,
) -> None:
    job = await room.print()
    await room.step()
    room.machine.set_phase(1, MachineJobPhase.PENDING)
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    room.machine.unavailable, room.machine.reports_idle = None, False

    await room.step(after=OUTCOME_UNKNOWN_AFTER)

    assert (await room.job(job)).state is JobState.UNKNOWN_OUTCOME
    assert room.machine.jobs[0].phase is MachineJobPhase.CANCELLED_OR_ABORTED


async def test_failures_in_a_row_make_it_be_left_alone_longer(room: PrintRoom) -> None:
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    pauses = []
    for _ in range(6):
        began = room.seconds
        while room.monitor.is_backing_off("M1"):
            room.seconds += 0.5
        pauses.append(room.seconds - began)
        await room.step()

    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 16.0]


async def test_who_waits_for_changes_is_woken_when_a_job_is_assigned(room: PrintRoom) -> None:
    room.machine.fails["create_job"] = RequestOutcomeUnknown
    job = await room.print()
    before = room.signal.changes

    await room.step()

    assert (await room.job(job)).state is JobState.ASSIGNED
    assert room.signal.changes == before + 1


async def test_one_at_work_is_asked_again_soon(room: PrintRoom) -> None:
    await room.print()

    given, followed = await room.step(), await room.step()

    assert room.machine.requests == [
        "get_status", "create_job", "send_document", "find_job", "get_status",
    ]  # fmt: skip
    assert (given, followed) == (True, True)


async def test_one_at_work_for_somebody_else_is_asked_again_soon(room: PrintRoom) -> None:
    room.machine.add_job("of-another-office", MachineJobPhase.PROCESSING)

    assert await room.step() is True
    assert room.machine.requests == ["get_status", "pending_jobs"]


async def test_one_that_refuses_to_answer_is_left_alone_for_a_while(room: PrintRoom) -> None:
    room.machine.fails["get_status"] = RequestRefused

    assert await room.step() is True
    assert room.monitor.is_backing_off("M1")


async def test_a_printed_book_ends_its_failures(room: PrintRoom) -> None:
    for _ in range(3):
        room.monitor.back_off("M1")
    await room.print()
    await room.step(after=60.0)
    room.machine.finish()
    await room.step()

    room.monitor.back_off("M1")

    assert room.monitor.is_backing_off("M1")
    room.seconds += 1.0
    assert not room.monitor.is_backing_off("M1")


async def test_one_that_comes_back_without_its_job_counts_as_reachable(room: PrintRoom) -> None:
    room.machine.fails["create_job"] = RequestOutcomeUnknown
    job = await room.print()
    await room.step()
    silent = room.monitor.is_reachable("M1")
    room.machine.fails = {"create_job": RequestRefused}

    await room.step(after=1.0)

    assert (silent, room.monitor.is_reachable("M1")) == (False, True)
    assert (await room.job(job)).state is JobState.QUEUED
