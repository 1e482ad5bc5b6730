"""Let an event happen to a job: the job, its attempt and its book change together or not at all."""

from printer.domain.attribution import Attribution
from printer.domain.book import Book, BookTransition
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.store.records import Records


async def apply_transition(
    records: Records, job: Job, event: JobEvent, by: Attribution, reason: str = ""
) -> Job:
    """Apply an event to a job as it was read, and to its book; return the job afterwards.

    reason: why it happened, for people. Raises IllegalTransition if the event is not possible in
    the job's state, StaleRevision if job or book have changed since the job was read.
    """
    transition = job.transition(event)
    if transition.book is not None:
        book = _book_after(transition.book, job)
        await records.books.apply_transition(transition.book, book, by, reason, job.job_id)
    return await records.jobs.save(job.after(event, reason), event, by, reason)


def _book_after(transition: BookTransition, job: Job) -> Book:
    attempt = job.latest_attempt
    match transition:
        case BookTransition.RESOLVE_AS_NOT_PRINTED:
            return Book(attempt.book_serial, transition.target)
        case BookTransition.UNASSIGN:
            return Book(attempt.book_serial, transition.target, attempt.machine_id)
        case _:
            return Book(
                attempt.book_serial,
                transition.target,
                attempt.machine_id,
                attempt.attempt_id,
                job.document_number,
            )
