from datetime import timedelta
from typing import Any

import pytest
from printer.domain.attribution import Attribution
from printer.domain.book import BookState
from printer.domain.errors import MrzMismatch
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.store.tables.attempts import attempts
from printer.store.tables.jobs import job_history
from printer.use_cases.attempt_actions import cancel_print_job
from printer.use_cases.record_findings import Finding
from sqlalchemy import select

from .findings import finds, passes, two_find
from .print_room import ISSUANCE, OPERATOR, PrintRoom
from .scripted_machine import NOON


async def _history(room: PrintRoom, job: Job) -> list[tuple[int, str, float, str, str]]:
    """Revision, event, seconds since noon, who and why of every event of a job."""
    statement = (
        select(job_history)
        .where(job_history.c.job_id == job.job_id)
        .order_by(job_history.c.revision)
    )
    async with room.database.read() as connection:
        rows = await connection.execute(statement)
    return [
        (row.revision, row.event.name, (row.at - NOON).total_seconds(), row.who, row.reason)
        for row in rows
    ]


def _operator(room: PrintRoom) -> Attribution:
    return Attribution(OPERATOR, room.now())


async def test_the_events_of_a_job_from_queue_to_good_book(room: PrintRoom) -> None:
    job = await room.print()
    await room.step(after=1.0)
    room.machine.finish()
    await room.step(after=8.0)
    room.seconds += 20.0
    await passes(room, job, _operator(room))

    assert await _history(room, job) == [
        (1, "CREATE", 0.0, ISSUANCE, ""),
        (2, "ASSIGN", 1.0, "service:printer", ""),
        (3, "SEND", 1.0, "service:printer", ""),
        (4, "PRINT", 9.0, "service:printer", ""),
        (5, "AWAIT_QUALITY_CHECK", 9.0, "service:printer", ""),
        (6, "PASS_QUALITY_CHECK", 29.0, OPERATOR, ""),
    ]
    assert await room.books(BookState.ISSUED) == ["B1000001"]


async def test_the_events_of_a_job_whose_machine_fell_silent(room: PrintRoom) -> None:
    job = await room.silenced()
    await two_find(room, job, Finding.NOT_PRINTED, explanation="it is blank")
    room.machine.restart()
    await room.pause()
    await room.step(after=10.0)
    await two_find(room, job, Finding.NOT_PRINTED, explanation="it is still blank")
    async with room.store.begin() as records:
        await cancel_print_job(records, job.job_id, _operator(room), "withdrawn")

    assert (await _history(room, job))[3:] == [
        (4, "MARK_OUTCOME_UNKNOWN", 61.0, "service:printer",
         "the machine does not answer: no answer"),
        (5, "PROPOSE", 61.0, OPERATOR, "PRINT_AGAIN B1000001: BAD_PRINT"),
        (6, "RESOLVE_AS_NOT_PRINTED", 61.0, room.by("budi").who, "it is blank"),
        (7, "SETTLE", 71.0, "service:printer",
         "attempt id-2: its machine has it no more, and may have printed it"),
        (8, "MARK_OUTCOME_UNKNOWN", 71.0, "service:printer",
         "machine M1 has forgotten it: look again"),
        (9, "PROPOSE", 71.0, OPERATOR, "PRINT_AGAIN B1000001: BAD_PRINT"),
        (10, "RESOLVE_AS_NOT_PRINTED", 71.0, room.by("budi").who, "it is still blank"),
        (11, "CANCEL", 71.0, OPERATOR, "withdrawn"),
    ]  # fmt: skip
    assert await room.books(BookState.SAFE) == ["B1000001"]


async def test_why_a_book_was_spoiled_and_who_agreed(room: PrintRoom) -> None:
    job = await room.printed()
    for by in (_operator(room), room.by("budi")):
        await finds(room, job, Finding.SPOILED, by)

    now = await room.job(job)
    assert now.state is JobState.QUEUED
    assert [attempt.reason for attempt in now.attempts] == ["smeared"]
    assert [(event, who, why) for _, event, _, who, why in (await _history(room, job))[5:]] == [
        ("PROPOSE", OPERATOR, "SPOIL B1000001: BAD_PRINT"),
        ("FAIL_QUALITY_CHECK", room.by("budi").who, "smeared"),
    ]
    assert await room.books(BookState.SPOILED) == ["B1000001"]


async def test_who_mistyped_a_zone_and_found_another_book(room: PrintRoom) -> None:
    job = await room.printed()
    other: dict[str, Any] = {"book_serial": "B1000002", "is_other_book": True}
    with pytest.raises(MrzMismatch):
        await passes(room, job, _operator(room), mrz="X", request_id="r1", **other)
    await passes(room, job, _operator(room), **other)

    assert [(event, who, why) for _, event, _, who, why in (await _history(room, job))[5:]] == [
        ("MISREAD_ZONE", OPERATOR, "request r1"),
        ("SWAP_BOOKS", OPERATOR, "B1000002 in place of B1000001"),
        ("PASS_QUALITY_CHECK", OPERATOR, ""),
    ]


async def test_what_an_attempt_began_with(room: PrintRoom) -> None:
    job = await room.print()
    await room.step(after=2.0)

    async with room.database.read() as connection:
        [row] = await connection.execute(select(attempts))

    assert (row.job_id, row.attempt_number, row.machine_id) == (job.job_id, 1, "M1")
    assert (row.printer_uuid, row.up_time) == ("urn:uuid:1", 103)
    assert row.asked_at == row.assigned_at == NOON + timedelta(seconds=2)
    assert (row.delivered, row.outcome, row.reason) == (True, None, "")
