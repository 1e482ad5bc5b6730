from typing import Any

import pytest
from printer.domain.job_transitions import JobState
from printer.domain.machine import MachineState
from printer.domain.printer_client import RequestOutcomeUnknown
from printer.use_cases.printing_status import printing_status

from .print_room import PrintRoom


async def _reasons_and_state(room: PrintRoom) -> tuple[list[str], MachineState]:
    async with room.store.read() as records:
        status = await printing_status(records, room.monitor, room.now())
    return status.blocking_reasons, status.machines[0].state


@pytest.mark.parametrize(
    "condition",
    [
        {"accepting_jobs": False},
        {"stopped": True},
        {"state_reasons": ("media-jam-error",)},
        {"state_reasons": ("toner-low-warning", "cover-open")},
        {"printer_uuid": "urn:uuid:other"},
    ],
)
async def test_one_that_cannot_print_gets_none(room: PrintRoom, condition: dict[str, Any]) -> None:
    for name, value in condition.items():
        setattr(room.machine, name, value)
    job = await room.print()

    more = await room.step()

    _, state = await _reasons_and_state(room)
    assert (await room.job(job)).state is JobState.QUEUED
    assert room.machine.requests == ["get_status"]
    assert state is MachineState.UNAVAILABLE
    assert more is False


async def test_warnings_and_reports_are_no_faults(room: PrintRoom) -> None:
    room.machine.state_reasons = ("toner-low-warning", "cover-open-report")
    job = await room.print()

    await room.step()

    assert (await room.job(job)).state is JobState.SENT


@pytest.mark.parametrize(("seconds_after_start", "sent"), [(0, 0), (1, 0), (2, 0), (3, 1)])
async def test_one_just_started_gets_none_before_its_up_time_is_four_seconds(
    room: PrintRoom, seconds_after_start: int, sent: int
) -> None:
    room.machine.restart()
    await room.print()

    await room.step(after=seconds_after_start)

    assert len(room.machine.documents) == sent


async def test_a_paused_one_gets_none_until_it_is_resumed(room: PrintRoom) -> None:
    job = await room.print()
    await room.pause()
    await room.step()
    paused = await room.job(job)
    reasons, state = await _reasons_and_state(room)

    await room.resume()
    await room.step()

    assert paused.state is JobState.QUEUED
    assert (reasons, state) == (["machine M1 is paused"], MachineState.PAUSED)
    assert (await room.job(job)).state is JobState.SENT


async def test_one_without_books_gets_none(room: PrintRoom) -> None:
    await room.add_machine(2, books=0)
    job = await room.print()

    await room.step(machine_id="M2")

    assert (await room.job(job)).state is JobState.QUEUED
    assert room.machines["M2"].documents == []


async def test_one_that_gets_no_job_is_not_asked_again_soon(room: PrintRoom) -> None:
    assert await room.step() is False


async def test_one_left_alone_after_a_failure_is_asked_again_soon(room: PrintRoom) -> None:
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    room.machine.requests.clear()

    assert await room.step(after=0.5) is True
    assert room.machine.requests == []


async def test_what_keeps_jobs_waiting_is_said(room: PrintRoom) -> None:
    await room.add_machine(2, books=0)
    await room.step()
    await room.step(machine_id="M2")
    reasons, state = await _reasons_and_state(room)
    room.machine.state_reasons = ("media-jam-error",)
    await room.step()
    jammed, _ = await _reasons_and_state(room)

    assert state is MachineState.IDLE
    assert reasons == ["machine M2 has no blank books"]
    assert jammed == [
        "machine M1 is unavailable: media-jam-error",
        "machine M2 has no blank books",
    ]


async def test_it_is_said_that_a_machine_answers_no_more(room: PrintRoom) -> None:
    await room.step()
    answering, _ = await _reasons_and_state(room)
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    silent, state = await _reasons_and_state(room)

    assert (answering, silent) == ([], ["machine M1 is unavailable: timed-out"])
    assert state is MachineState.UNAVAILABLE


async def test_it_is_said_how_many_books_a_person_must_look_at(room: PrintRoom) -> None:
    await room.print()
    await room.step()
    room.machine.restart()
    await room.step(after=5.0)
    reasons, _ = await _reasons_and_state(room)

    assert reasons == ["1 jobs have an unknown outcome: a person must look at the books"]
