"""What operators do with a job: check a book, resolve an unknown outcome, cancel."""

from enum import Enum

from servicekit.errors import InvalidRequest

from printer.domain.attribution import Attribution
from printer.domain.job import Job, JobEvent, JobState
from printer.store.records import Records
from printer.use_cases.apply_transition import apply_transition


class Finding(Enum):
    """What a person found a book of unknown outcome to be."""

    PRINTED = JobEvent.RESOLVE_AS_PRINTED
    NOT_PRINTED = JobEvent.RESOLVE_AS_NOT_PRINTED
    SPOILED = JobEvent.RESOLVE_AS_SPOILED


async def record_quality_check(
    records: Records,
    job_id: str,
    *,
    book_serial: str,
    mrz: str,
    passed: bool,
    defect: str,
    by: Attribution,
) -> Job:
    """Record an operator's check: a good book is issued, a spoiled one is printed again.

    mrz: the 88 characters read from the book; if they differ from the data the book is spoiled,
    however good it looks. defect: what is wrong, required if not passed.
    Raises JobNotFound, IllegalTransition, WrongBook, or InvalidRequest without a defect.
    """
    job = await records.jobs.get(job_id)
    job.require(JobState.QUALITY_CHECK, book_serial)
    if not passed and not defect:
        raise InvalidRequest("say what is wrong with the book", field="defect")
    if passed and mrz != await records.jobs.mrz(job_id):
        passed, defect = False, "the machine readable zone differs from the data"
    event = JobEvent.PASS_QUALITY_CHECK if passed else JobEvent.FAIL_QUALITY_CHECK
    return await apply_transition(records, job, event, by, defect)


async def resolve_unknown_outcome(
    records: Records, job_id: str, book_serial: str, finding: Finding, by: Attribution, reason: str
) -> Job:
    """Record what a person found; raise JobNotFound, IllegalTransition or WrongBook."""
    job = await records.jobs.get(job_id)
    job.require(JobState.UNKNOWN_OUTCOME, book_serial)
    return await apply_transition(records, job, finding.value, by, reason)


async def cancel_print_job(records: Records, job_id: str, by: Attribution, reason: str) -> Job:
    """Cancel a job that has no book yet; raise JobNotFound or IllegalTransition."""
    job = await records.jobs.get(job_id)
    return await apply_transition(records, job, JobEvent.CANCEL, by, reason)
