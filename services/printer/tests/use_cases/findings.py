"""What persons of the print room say of the book of a job."""

from typing import Any

from printer.chip.elementary_files import ElementaryFiles
from printer.domain.attribution import Attribution
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.two_persons import DecisionReason
from printer.use_cases.book_in_hand import BookReport
from printer.use_cases.record_findings import (
    Finding,
    RecordFailedAttempt,
    record_good_book,
    record_printed_book,
)
from printer.use_cases.zone_reading import read_zone

from .print_room import PrintRoom

BOOKS_PER_CLEARANCE = 3


def a_report(job: Job, by: Attribution, **changes: Any) -> BookReport:
    """Return a report of the book assigned to the job's latest attempt."""
    values: dict[str, Any] = {
        "job_id": job.job_id,
        "book_serial": job.latest_attempt.book_serial,
        "by": by,
        "reason": DecisionReason.BAD_PRINT,
        "explanation": "smeared",
    }
    return BookReport(**(values | changes))


async def finds(
    room: PrintRoom, job: Job, finding: Finding, by: Attribution, **changes: Any
) -> Job:
    """Let one person say what the book of a job is, but for a good one."""
    job = await room.job(job)
    report = a_report(job, by, **changes)
    async with room.store.begin() as records:
        if finding is Finding.PRINTED:
            return await record_printed_book(records, report)
        record = RecordFailedAttempt(BOOKS_PER_CLEARANCE)
        return await record(records, report, job.state, finding)


async def two_find(room: PrintRoom, job: Job, finding: Finding, **changes: Any) -> Job:
    """Let two persons agree on what the book of a job is."""
    await finds(room, job, finding, room.by("siti"), **changes)
    return await finds(room, job, finding, room.by("budi"), **changes)


async def passes(
    room: PrintRoom,
    job: Job,
    by: Attribution,
    mrz: str = "MRZ",
    chip: ElementaryFiles | None = None,
    request_id: str = "",
    chip_unread: bool = False,
    **changes: Any,
) -> Job:
    """Let one person read the zone of a printed book and find it good.

    chip: what a reader at the desk read. request_id: of the call, by default a new one.
    chip_unread: the person wants the book to pass although its chip was not read.
    """
    report = a_report(await room.job(job), by, explanation="", **changes)
    reading = await read_zone(
        room.store, report, [mrz], JobState.QUALITY_CHECK, request_id or room.new_id()
    )
    async with room.store.begin() as records:
        return await record_good_book(records, reading, chip, chip_unread=chip_unread)
