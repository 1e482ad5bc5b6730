"""Books that leave the stock, or come back to it: two persons agree, and the movement says why."""

from dataclasses import dataclass
from enum import Enum

from printer.domain.attribution import Attribution
from printer.domain.book import BookState, BookTransition
from printer.domain.errors import IllegalBookTransition
from printer.domain.movement import Movement
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason, Proposal, ProposedAction, book_subject
from printer.store.records import Records
from printer.use_cases.two_persons import two_persons_agree


class BookRemoval(Enum):
    """What becomes of books that leave the stock: what is proposed, and the transitions allowed."""

    RETURN = (ProposedAction.RETURN_BOOKS, BookTransition.RETURN)
    TRANSFER = (ProposedAction.TRANSFER_BOOKS, BookTransition.TRANSFER)
    DAMAGED = (
        ProposedAction.RECORD_DAMAGED,
        BookTransition.DAMAGE_IN_SAFE,
        BookTransition.DAMAGE_IN_MACHINE,
    )
    STOLEN = (
        ProposedAction.RECORD_STOLEN,
        BookTransition.STEAL_FROM_SAFE,
        BookTransition.STEAL_FROM_MACHINE,
        BookTransition.STEAL_FINISHED,
    )
    MISSING = (
        ProposedAction.RECORD_MISSING,
        BookTransition.MISS_IN_SAFE,
        BookTransition.MISS_IN_MACHINE,
    )
    RECOVERED = (ProposedAction.RECOVER_BOOKS, BookTransition.RECOVER, BookTransition.FIND_LOST)
    SPOILED = (
        ProposedAction.SPOIL,
        BookTransition.RESOLVE_AS_SPOILED,
        BookTransition.SPOIL_IN_SAFE,
        BookTransition.SPOIL_IN_MACHINE,
    )
    RETURN_TO_STOCK = (ProposedAction.RETURN_TO_STOCK, BookTransition.RESOLVE_AS_NOT_PRINTED)

    def __init__(self, action: ProposedAction, *transitions: BookTransition) -> None:
        self.action = action
        """What two persons agree on."""
        self._transitions = transitions

    def transition_from(self, source: BookState) -> BookTransition:
        """Return what happens to books in a state; raise IllegalBookTransition if nothing may."""
        for transition in self._transitions:
            if transition.source is source:
                return transition
        raise IllegalBookTransition(
            f"a book that is {source.value} cannot become {self._transitions[0].target.value} "
            f"by {self.name}",
            state=source.value,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalRequest:
    """What a person wants to become of books.

    destination: office that they are sent to. delivery_note: its number. Both empty where none is
    needed. explanation: for people.
    """

    books: SerialRange
    removal: BookRemoval
    destination: str
    delivery_note: str
    reason: DecisionReason
    explanation: str
    by: Attribution


async def remove_books(records: Records, request: RemovalRequest) -> Proposal | None:
    """Remove books, or return the proposal that a second person has to confirm by the same request.

    Destination and delivery note must be the same too. Raises BookNotFound, IllegalBookTransition,
    SecondPersonRequired, BooksNotInSafe, BooksElsewhere, or BookInUse for a quarantined book that
    an attempt has, or may yet have.
    """
    first = await records.books.get(request.books.first)
    transition = request.removal.transition_from(first.state)
    if transition.source is BookState.QUARANTINED:
        await records.books.require_unused(request.books)
    proposal = _proposal(request)
    confirmed = await two_persons_agree(records, proposal)
    if confirmed is None:
        return proposal
    await records.books.move(
        Movement(
            books=request.books,
            before=transition.source,
            after=transition.target,
            by=request.by,
            reason=f"{request.reason.name}: {request.explanation}",
            machine_id=first.machine_id if first.state is BookState.LOADED else "",
            delivery_note=request.delivery_note,
            destination=request.destination,
            proposed_by=confirmed.by.who,
        )
    )
    return None


def _proposal(request: RemovalRequest) -> Proposal:
    books = request.books
    subject = book_subject(books.first)
    if books.count > 1:
        subject = f"{subject}-{books.last}"
    for detail in (request.destination, request.delivery_note):
        subject += f"/{detail}" if detail else ""
    return Proposal(
        action=request.removal.action,
        subject=subject,
        book_serial=books.first,
        reason=request.reason,
        explanation=request.explanation,
        by=request.by,
    )
