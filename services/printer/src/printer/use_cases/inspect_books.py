"""What people find holding a book in their hands."""

from enum import Enum

from servicekit.errors import InvalidRequest

from printer.domain.errors import WrongBook
from printer.domain.job import Event, Job, JobState
from printer.use_cases.advance import advance
from printer.use_cases.records import Note, Records


class Finding(Enum):
    """What became of a book of which nobody knew."""

    PRINTED = Event.FIND_PRINTED
    NOT_PRINTED = Event.FIND_BLANK
    SPOILED = Event.FIND_SPOILED


async def check_quality(
    records: Records, job_id: str, serial: str, zone: str, *, passed: bool, note: Note
) -> Job:
    """Record an operator's look: a good book is issued, another one spoiled and made again.

    zone: the 88 characters read from the book; where they differ from the data the book is
    spoiled however good it looks. note.reason: the defect.
    Raises JobNotFound, IllegalTransition, WrongBook, InvalidRequest for a defect not named.
    """
    job = await _of_book(records, job_id, serial, JobState.QUALITY_CHECK)
    if not passed and not note.reason:
        raise InvalidRequest("say what is wrong with the book", field="defect")
    if not passed:
        return await advance(records, job, Event.SPOIL, note)
    if zone != await records.jobs.zone(job_id):
        reason = "the machine readable zone differs from the data"
        return await advance(records, job, Event.SPOIL, Note(note.by, note.at, reason))
    return await advance(records, job, Event.ISSUE, note)


async def resolve_unknown_outcome(
    records: Records, job_id: str, serial: str, finding: Finding, note: Note
) -> Job:
    """Record what a person found; raises JobNotFound, IllegalTransition, WrongBook."""
    job = await _of_book(records, job_id, serial, JobState.UNKNOWN_OUTCOME)
    return await advance(records, job, finding.value, note)


async def cancel_print_job(records: Records, job_id: str, note: Note) -> Job:
    """Give a job up that has no book yet; raises JobNotFound, IllegalTransition."""
    return await advance(records, await records.jobs.get(job_id), Event.CANCEL, note)


async def _of_book(records: Records, job_id: str, serial: str, state: JobState) -> Job:
    job = await records.jobs.get(job_id)
    job.demand(state)
    if serial != job.attempt.book_serial:
        raise WrongBook("this book was not given to this job", field="book_serial")
    return job
