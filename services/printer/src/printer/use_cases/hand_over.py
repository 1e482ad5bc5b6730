"""Hand a finished book over to the collection desk: who gives it and who takes it both say so."""

from dataclasses import replace

from printer.domain.attribution import Attribution
from printer.domain.book import Book, BookState, BookTransition
from printer.domain.errors import AlreadyHandedOver
from printer.domain.job_transitions import JobEvent, JobState
from printer.domain.two_persons import Proposal, ProposedAction, job_subject
from printer.store.records import Records
from printer.use_cases.two_persons import two_persons_agree_on_job


async def record_handover(
    records: Records, job_id: str, book_serial: str, by: Attribution
) -> tuple[Book, Proposal | None]:
    """Record that a person gives the book of a job or, if another one gave it, takes it.

    Returns the book, and what a second person has to confirm, None when it was handed over. Raises
    JobNotFound, IllegalTransition, WrongBook, AlreadyHandedOver, IllegalBookTransition, or
    SecondPersonRequired.
    """
    job = await records.jobs.get(job_id)
    job.require(JobState.DONE, book_serial)
    book = await records.books.get(book_serial)
    if book.state is BookState.HANDED_OVER:
        raise AlreadyHandedOver("this book was handed over before", field="book_serial")
    transition = BookTransition.between(book.state, BookState.HANDED_OVER)
    giver = job.proposal.by.who if job.proposal else ""
    proposal = Proposal(
        action=ProposedAction.HAND_OVER, subject=job_subject(job_id), book_serial=book_serial, by=by
    )
    if not await two_persons_agree_on_job(records, job, proposal):
        return book, proposal
    handed_over = replace(book, state=transition.target)
    await records.books.apply_transition(
        transition, handed_over, by, job_id=job_id, proposed_by=giver
    )
    await records.jobs.save(job.after_remark(), JobEvent.HAND_OVER, by, f"given by {giver}")
    return handed_over, None
