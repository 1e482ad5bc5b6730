"""Quarantine a book that counts as blank or destroyed, and that a machine printed or tried to."""

from printer.domain.attribution import Attribution
from printer.domain.book import Book, BookTransition
from printer.store.records import Records


async def set_book_aside(
    records: Records,
    serial: str,
    machine_id: str,
    attempt_id: str,
    by: Attribution,
    reason: str,
    job_id: str = "",
) -> bool:
    """Quarantine a book on account of an attempt; return whether it was at hand.

    job_id: of the attempt's print job, empty if no record of it is left. Raises BookNotFound.
    """
    book = await records.books.get(serial)
    transition = BookTransition.setting_aside(book.state)
    if transition is None:
        return False
    aside = Book(serial, transition.target, machine_id, attempt_id)
    await records.books.apply_transition(transition, aside, by, reason, job_id)
    return True
