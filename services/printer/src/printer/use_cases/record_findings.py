"""Record what persons found of a printed book, or of one whose outcome was unknown."""

from dataclasses import replace
from enum import Enum

from printer.chip.elementary_files import ElementaryFiles
from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.errors import ChipMismatch, ChipNotRead
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent, JobState
from printer.domain.two_persons import ProposedAction
from printer.store.records import Records
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.book_in_hand import BookReport, record_book_in_hand, reported_job
from printer.use_cases.two_persons import two_persons_agree_on_job
from printer.use_cases.zone_reading import ZoneReading


class Finding(Enum):
    """What a book was found to be; the value is what two persons agree on then."""

    PRINTED = ProposedAction.SWAP_BOOKS
    NOT_PRINTED = ProposedAction.PRINT_AGAIN
    SPOILED = ProposedAction.SPOIL
    LOST = ProposedAction.LOSE


_EVENTS = {
    (JobState.QUALITY_CHECK, Finding.SPOILED): JobEvent.FAIL_QUALITY_CHECK,
    (JobState.QUALITY_CHECK, Finding.LOST): JobEvent.LOSE_BOOK,
    (JobState.UNKNOWN_OUTCOME, Finding.PRINTED): JobEvent.RESOLVE_AS_PRINTED,
    (JobState.UNKNOWN_OUTCOME, Finding.NOT_PRINTED): JobEvent.RESOLVE_AS_NOT_PRINTED,
    (JobState.UNKNOWN_OUTCOME, Finding.SPOILED): JobEvent.RESOLVE_AS_SPOILED,
    (JobState.UNKNOWN_OUTCOME, Finding.LOST): JobEvent.RESOLVE_AS_LOST,
}


async def record_good_book(
    records: Records,
    reading: ZoneReading,
    chip: ElementaryFiles | None,
    *,
    chip_unread: bool = False,
) -> Job:
    """Record that a person found a printed book good: it is issued.

    chip: what a reader read from its chip, None if it was not read. chip_unread: the person wants
    it to pass nevertheless, which a second one has to confirm. Raises JobNotFound,
    IllegalTransition, WrongBook, ChipMismatch, ChipNotRead or SecondPersonRequired.
    """
    report, state = reading.report, JobState.QUALITY_CHECK
    job = await reported_job(records, report, state)
    if chip is not None:
        _require_same_chip(job, chip)
    elif job.chip_sha256 is not None:
        if not chip_unread:
            raise ChipNotRead("read the chip, or propose that it passes unread", field="chip")
        proposal = report.proposal(ProposedAction.PASS_CHIP_UNREAD)
        if not await two_persons_agree_on_job(records, job, proposal):
            return await records.jobs.get(job.job_id)
    return await _record_alone(records, report, state, JobEvent.PASS_QUALITY_CHECK)


async def record_printed_book(records: Records, found: BookReport | ZoneReading) -> Job:
    """Record that a book of unknown outcome was printed: its quality is checked next.

    For another book than the one assigned, its zone must have been read or two persons agree.
    Raises JobNotFound, IllegalTransition, WrongBook or SecondPersonRequired.
    """
    state = JobState.UNKNOWN_OUTCOME
    report = found.report if isinstance(found, ZoneReading) else found
    if report is found and report.is_other_book:
        job, _ = await _record_agreed(records, report, state, Finding.PRINTED)
        return job
    return await _record_alone(records, report, state, JobEvent.RESOLVE_AS_PRINTED)


class RecordFailedAttempt:
    """Records that an attempt made no passport; two persons must agree.

    books_per_clearance: number of books spoiled or lost after which a job is held.
    """

    def __init__(self, books_per_clearance: int) -> None:
        self._books_per_clearance = books_per_clearance

    async def __call__(
        self, records: Records, report: BookReport, state: JobState, finding: Finding
    ) -> Job:
        """Record a finding: once agreed, the job is printed again, or held.

        state: QUALITY_CHECK or UNKNOWN_OUTCOME, in which the job must be. finding: what can be
        found in that state. Raises JobNotFound, IllegalTransition, WrongBook or
        SecondPersonRequired.
        """
        job, agreed = await _record_agreed(records, report, state, finding)
        is_gone = finding in (Finding.SPOILED, Finding.LOST)
        if agreed and is_gone and job.books_used >= self._books_per_clearance:
            by = Attribution(PRINTER_SERVICE, report.by.at)
            reason = f"books spoiled or lost: {job.books_used}"
            return await apply_transition(records, job, JobEvent.HOLD, by, reason)
        return job


def _require_same_chip(job: Job, read: ElementaryFiles) -> None:
    # The very bytes that were authenticated before the page was sent.
    if job.chip_sha256 is None:
        raise ChipMismatch("the book of this job has no chip", field="chip")
    if read.digest != job.chip_sha256:
        raise ChipMismatch("the chip holds something else than was made for it", field="chip")


async def _record_alone(
    records: Records, report: BookReport, state: JobState, event: JobEvent
) -> Job:
    job = await reported_job(records, report, state)
    job = await record_book_in_hand(records, job, report)
    return await apply_transition(records, job, event, report.by, report.explanation)


async def _record_agreed(
    records: Records, report: BookReport, state: JobState, finding: Finding
) -> tuple[Job, bool]:
    """Return the job, and whether two persons have agreed now."""
    job = await reported_job(records, report, state)
    if not await two_persons_agree_on_job(records, job, report.proposal(finding.value)):
        return await records.jobs.get(job.job_id), False
    job = await record_book_in_hand(records, job, report)
    job = job.with_latest_attempt(replace(job.latest_attempt, reason_code=report.reason))
    event = _EVENTS[state, finding]
    return await apply_transition(records, job, event, report.by, report.explanation), True
