"""One event of a job: the job, its attempt and its book move together or not at all."""

from printer.domain.book import Book, BookMove
from printer.domain.job import Event, Job
from printer.use_cases.records import Note, Records


async def advance(records: Records, job: Job, event: Event, note: Note) -> Job:
    """Let the event happen to a job as it was read; answers the job as it is afterwards.

    Raises IllegalTransition, or StaleRevision when somebody else was faster.
    """
    move = job.rule(event).book
    if move is not None:
        await records.books.move(move, _book_after(move, job))
    return await records.jobs.save(job.after(event, note.reason), event, note)


def _book_after(move: BookMove, job: Job) -> Book:
    attempt = job.attempt
    match move:
        case BookMove.FIND_BLANK:
            return Book(attempt.book_serial, move.target)
        case BookMove.LEAVE:
            return Book(attempt.book_serial, move.target, attempt.machine_id)
        case _:
            return Book(
                attempt.book_serial,
                move.target,
                attempt.machine_id,
                attempt.attempt_id,
                job.document_number,
            )
