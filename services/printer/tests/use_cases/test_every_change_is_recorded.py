from datetime import timedelta

from printer.domain.attribution import Attribution
from printer.domain.book import BookState
from printer.domain.job import Job, JobState
from printer.domain.printer_client import RequestOutcomeUnknown
from printer.store.tables import attempts, deliveries, job_history
from printer.use_cases.operator_actions import (
    Finding,
    cancel_print_job,
    record_quality_check,
    resolve_unknown_outcome,
)
from printer.use_cases.stock import receive_books
from sqlalchemy import select

from .print_room import OPERATOR, PrintRoom
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


async def _check(room: PrintRoom, job: Job, mrz: str = "MRZ", defect: str = "") -> None:
    serial = (await room.job(job)).latest_attempt.book_serial
    async with room.store.begin() as records:
        await record_quality_check(
            records, job.job_id, book_serial=serial, mrz=mrz, passed=not defect, defect=defect,
            by=_operator(room),
        )  # fmt: skip


async def test_the_events_of_a_job_from_queue_to_good_book(room: PrintRoom) -> None:
    job = await room.print()
    await room.step(after=1.0)
    room.machine.finish()
    await room.step(after=8.0)
    room.seconds += 20.0
    await _check(room, job)

    assert await _history(room, job) == [
        (2, "ASSIGN", 1.0, "service:printer", ""),
        (3, "SEND", 1.0, "service:printer", ""),
        (4, "PRINT", 9.0, "service:printer", ""),
        (5, "AWAIT_QUALITY_CHECK", 9.0, "service:printer", ""),
        (6, "PASS_QUALITY_CHECK", 29.0, OPERATOR, ""),
    ]
    assert await room.books(BookState.ISSUED) == ["B1000001"]


async def test_the_events_of_a_job_whose_machine_fell_silent(room: PrintRoom) -> None:
    job = await room.print()
    await room.step()
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    await room.step(after=61.0)
    async with room.store.begin() as records:
        await resolve_unknown_outcome(
            records, job.job_id, "B1000001", Finding.NOT_PRINTED, _operator(room), "it is blank"
        )
        await cancel_print_job(records, job.job_id, _operator(room), "withdrawn")

    assert (await _history(room, job))[2:] == [
        (4, "MARK_OUTCOME_UNKNOWN", 61.0, "service:printer",
         "the machine does not answer: no answer"),
        (5, "RESOLVE_AS_NOT_PRINTED", 61.0, OPERATOR, "it is blank"),
        (6, "CANCEL", 61.0, OPERATOR, "withdrawn"),
    ]  # fmt: skip
    assert await room.books(BookState.SAFE) == ["B1000001"]


async def test_why_a_book_was_spoiled(room: PrintRoom) -> None:
    job = await room.print()
    for defect, mrz in (("smeared", "MRZ"), ("", "another")):
        await room.step()
        room.machine.finish()
        await room.step(after=8.0)
        await _check(room, job, mrz=mrz, defect=defect)

    now = await room.job(job)
    differs = "the machine readable zone differs from the data"
    failed = [row for row in await _history(room, job) if row[1] == "FAIL_QUALITY_CHECK"]
    assert now.state is JobState.QUEUED
    assert [attempt.reason for attempt in now.attempts] == ["smeared", differs]
    assert [(who, reason) for _, _, _, who, reason in failed] == [
        (OPERATOR, "smeared"),
        (OPERATOR, differs),
    ]
    assert await room.books(BookState.SPOILED) == ["B1000001", "B1000002"]


async def test_what_an_attempt_began_with(room: PrintRoom) -> None:
    job = await room.print()
    await room.step(after=2.0)

    async with room.database.read() as connection:
        [row] = await connection.execute(select(attempts))

    assert (row.job_id, row.attempt_number, row.machine_id) == (job.job_id, 1, "M1")
    assert (row.printer_uuid, row.up_time) == ("urn:uuid:1", 103)
    assert row.asked_at == row.assigned_at == NOON + timedelta(seconds=2)
    assert (row.delivered, row.outcome, row.reason) == (True, None, "")


async def test_who_took_a_delivery_and_when(room: PrintRoom) -> None:
    room.seconds = 60.0
    async with room.store.begin() as records:
        await receive_books(records, "C0000001", 25, "N2", _operator(room))

    async with room.database.read() as connection:
        rows = list(await connection.execute(select(deliveries).order_by(deliveries.c.count)))

    assert tuple(rows[-1]) == ("C0000001", 25, "N2", NOON + timedelta(seconds=60), OPERATOR)
