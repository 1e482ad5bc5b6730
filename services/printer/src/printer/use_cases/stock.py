"""Blank books: receive deliveries, load and unload machines, and count what is where."""

from dataclasses import dataclass

from printer.domain.attribution import Attribution
from printer.domain.book import BookState, BookTransition
from printer.domain.movement import MachineAction, MachineEvent, Movement
from printer.domain.serial_range import SerialRange
from printer.store.records import Records

_MACHINE_ACTIONS = {
    BookTransition.LOAD: MachineAction.LOADED,
    BookTransition.UNLOAD: MachineAction.UNLOADED,
}


@dataclass(frozen=True, slots=True)
class BookBalance:
    """Number of books in each state, every state included."""

    by_state: dict[BookState, int]

    @property
    def received(self) -> int:
        """Number of books ever received: the sum over all states."""
        return sum(self.by_state.values())


async def receive_books(
    records: Records, books: SerialRange, delivery_note: str, by: Attribution
) -> BookBalance:
    """Add a delivery to the safe; raise BooksAlreadyReceived."""
    await records.books.receive(books, delivery_note, by)
    return await book_balance(records)


async def load_books(
    records: Records, machine_id: str, books: SerialRange, by: Attribution
) -> BookBalance:
    """Move books from the safe to a machine; raise MachineNotFound or BooksNotInSafe."""
    return await _move_at_machine(records, BookTransition.LOAD, machine_id, books, by)


async def unload_books(
    records: Records, machine_id: str, books: SerialRange, by: Attribution, reason: str
) -> BookBalance:
    """Move blank books from a machine to the safe; raise MachineNotFound or BooksElsewhere."""
    return await _move_at_machine(records, BookTransition.UNLOAD, machine_id, books, by, reason)


async def _move_at_machine(
    records: Records,
    transition: BookTransition,
    machine_id: str,
    books: SerialRange,
    by: Attribution,
    reason: str = "",
) -> BookBalance:
    await records.machines.get(machine_id)
    await records.books.move(
        Movement(
            books=books,
            before=transition.source,
            after=transition.target,
            by=by,
            reason=reason,
            machine_id=machine_id,
        )
    )
    action = _MACHINE_ACTIONS[transition]
    event = MachineEvent(machine_id=machine_id, action=action, by=by, reason=reason, books=books)
    await records.machine_events.add(event)
    return await book_balance(records)


async def book_balance(records: Records) -> BookBalance:
    """Return the number of books in each state."""
    counted = await records.books.count_by_state()
    return BookBalance({state: counted.get(state, 0) for state in BookState})
