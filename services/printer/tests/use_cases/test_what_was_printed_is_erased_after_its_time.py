from datetime import datetime, timedelta

from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.domain.two_persons import DecisionReason
from printer.store.records import Records
from printer.store.tables.jobs import jobs
from printer.use_cases.attempt_actions import cancel_print_job, confirm_machine_off
from printer.use_cases.erase_personal_data import (
    erase_of_jobs_never_printed,
    erase_personal_data,
)
from printer.use_cases.record_findings import Finding
from sqlalchemy import select

from .findings import passes, two_find
from .print_room import PrintRoom


async def _kept(room: PrintRoom, job: Job) -> tuple[bytes, str]:
    async with room.database.read() as connection:
        statement = select(jobs.c.page_pdf, jobs.c.mrz, jobs.c.payload)
        row = (await connection.execute(statement.where(jobs.c.job_id == job.job_id))).one()
    return row.page_pdf + row.payload, row.mrz


async def _erase(room: PrintRoom, days: int) -> int:
    return await erase_personal_data(room.database, room.now(), days)


async def test_when_its_job_is_over_for_so_long(room: PrintRoom) -> None:
    done, cancelled, waiting = await room.printed(), await room.print(), await room.print()
    await passes(room, done, room.by("siti"))
    async with room.store.begin() as records:
        await cancel_print_job(records, cancelled.job_id, room.by("siti"), "withdrawn")
    room.seconds += timedelta(days=30).total_seconds()
    too_early = await _erase(room, days=30)
    room.seconds += 1.0

    erased = await _erase(room, days=30)

    assert (too_early, erased, await _erase(room, days=30)) == (0, 2, 0)
    assert [await _kept(room, job) for job in (done, cancelled, waiting)] == [
        (b"", ""),
        (b"", ""),
        (b"page", "MRZ"),
    ]


async def test_also_of_jobs_that_wait_and_can_never_be_printed(room: PrintRoom) -> None:
    expired, valid = await room.print(), await room.print()

    async def refusal(records: Records, job: Job, now: datetime) -> tuple[JobEvent, str] | None:
        return (JobEvent.FAIL, "expired") if job.job_id == expired.job_id else None

    async def erase() -> int:
        return await erase_of_jobs_never_printed(room.database, room.now(), 30, refusal)

    room.seconds += timedelta(days=30).total_seconds()
    too_early = await erase()
    room.seconds += 1.0

    assert (too_early, await erase(), await erase()) == (0, 1, 0)
    assert [await _kept(room, job) for job in (expired, valid)] == [(b"", ""), (b"page", "MRZ")]


async def test_not_while_its_machine_has_to_answer_although_persons_confirmed_it_off(
    room: PrintRoom,
) -> None:
    job = await two_find(room, await room.silenced(), Finding.NOT_PRINTED)
    for user in ("siti", "budi"):
        async with room.store.begin() as records:
            await confirm_machine_off(
                records, job.job_id, job.latest_attempt.attempt_id, DecisionReason.MACHINE_OFF,
                "off", room.by(user),
            )  # fmt: skip
    room.seconds += timedelta(days=31).total_seconds()

    erased = await erase_of_jobs_never_printed(room.database, room.now(), 30, _all_expired)

    assert (erased, await _kept(room, job)) == (0, (b"page", "MRZ"))


async def test_not_of_a_job_that_was_assigned_while_it_was_looked_at(room: PrintRoom) -> None:
    job = await room.print()
    room.seconds += timedelta(days=31).total_seconds()
    await room.step()

    async with room.store.begin() as records:
        erased = await records.printed_data.erase_of([job.job_id], room.now())

    assert (erased, await _kept(room, job)) == (0, (b"page", "MRZ"))


async def _all_expired(records: Records, job: Job, now: datetime) -> tuple[JobEvent, str] | None:
    return JobEvent.FAIL, "expired"


async def test_and_what_it_was_and_who_did_what_stays(room: PrintRoom) -> None:
    job = await room.printed()
    done = await passes(room, job, room.by("siti"))
    room.seconds += 1.0
    await _erase(room, days=0)

    async with room.store.read() as records:
        events = await records.job_events.of_job(job.job_id, 0, 20)
        [book] = await records.books.list_after("", 2, document_number=job.document_number)

    assert await room.job(job) == done
    assert events[-1].event.name == "PASS_QUALITY_CHECK"
    assert book.serial == "B1000001"
