"""Is the book in a person's hand that of the job? A machine may have taken another one."""

from dataclasses import dataclass, replace

from printer.domain.attribution import Attribution
from printer.domain.book import Book, BookState
from printer.domain.errors import BookNotFound, WrongBook
from printer.domain.job import Job
from printer.domain.job_transitions import AT_MACHINE, JobEvent, JobState
from printer.domain.two_persons import (
    DecisionReason,
    Proposal,
    ProposalOutcome,
    ProposedAction,
    job_subject,
)
from printer.store.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class BookReport:
    """What a person says of the book that a job's latest attempt was printed in.

    book_serial: read from the book in hand; of a lost book, the one assigned. is_other_book: the
    person says that it is not the one assigned. explanation: in words.
    """

    job_id: str
    book_serial: str
    by: Attribution
    is_other_book: bool = False
    reason: DecisionReason = DecisionReason.OTHER
    explanation: str = ""

    def proposal(self, action: ProposedAction) -> Proposal:
        """Return the proposal to do something because of this report."""
        return Proposal(
            action=action,
            subject=job_subject(self.job_id),
            book_serial=self.book_serial,
            reason=self.reason,
            explanation=self.explanation,
            by=self.by,
        )


async def reported_job(records: Records, report: BookReport, state: JobState) -> Job:
    """Return the job of a report.

    Raises JobNotFound, IllegalTransition if it is not in this state, and WrongBook if its latest
    attempt was not, or cannot have been, printed in this book.
    """
    job = await records.jobs.get(report.job_id)
    if report.is_other_book:
        job.require(state)
        await _require_possible(records, job, await _book(records, report.book_serial))
    else:
        job.require(state, report.book_serial)
    return job


async def record_book_in_hand(records: Records, job: Job, report: BookReport) -> Job:
    """Return the job with the book in hand recorded as that of its latest attempt.

    If it is another one than was assigned, the two change places: the assigned one is now blank in
    the machine, quarantined, or the book of the other's attempt. Raises WrongBook if it cannot be.
    """
    if not report.is_other_book:
        return job
    assigned = await _book(records, job.latest_attempt.book_serial)
    used = await _book(records, report.book_serial)
    other_job = await _require_possible(records, job, used)
    reason = f"the machine took {used.serial} in place of {assigned.serial}"
    await records.books.swap(assigned, used, report.by, reason)
    await records.attempts.swap_books(assigned.serial, used.serial)
    if other_job is not None:
        await records.proposals.end(job_subject(other_job.job_id), ProposalOutcome.WITHDRAWN)
        await _record_book(records, other_job, assigned.serial, report)
    return await _record_book(records, job, used.serial, report)


async def _require_possible(records: Records, job: Job, used: Book) -> Job | None:
    """Return the other job that the book is assigned to, None for a blank one; or raise WrongBook.

    Only what lay in the same machine can have been mistaken, and no attempt that has ended. A book
    that a sample page was not printed in may lie there blank.
    """
    attempt = job.latest_attempt
    if used.machine_id != attempt.machine_id or used.serial == attempt.book_serial:
        raise _wrong_book(used)
    if used.state is BookState.LOADED:
        return None
    is_quarantined = used.state is BookState.QUARANTINED
    if is_quarantined and await records.samples.has_failed(used.attempt_id):
        return None
    other = await records.jobs.with_open_attempt(used.attempt_id)
    if other is None or other.state in AT_MACHINE:
        raise _wrong_book(used)
    return other


async def _record_book(records: Records, job: Job, serial: str, report: BookReport) -> Job:
    before = job.latest_attempt.book_serial
    after = job.with_latest_attempt(replace(job.latest_attempt, book_serial=serial)).after_remark()
    return await records.jobs.save(
        after, JobEvent.SWAP_BOOKS, report.by, f"{serial} in place of {before}"
    )


async def _book(records: Records, serial: str) -> Book:
    try:
        return await records.books.get(serial)
    except BookNotFound as error:
        raise WrongBook("no such book in this office", field="book_serial") from error


def _wrong_book(book: Book) -> WrongBook:
    return WrongBook(
        f"book {book.serial} cannot have been used by this machine for this job",
        field="book_serial",
        book_state=book.state.value,
    )
