"""Blank books: receive deliveries, load machines, and count what is where."""

from dataclasses import dataclass

from printer.domain.attribution import Attribution
from printer.domain.book import BookState, serial_range
from printer.store.records import Records


@dataclass(frozen=True, slots=True)
class BookBalance:
    """Number of books in each state, every state included."""

    by_state: dict[BookState, int]

    @property
    def received(self) -> int:
        """Number of books ever received: the sum over all states."""
        return sum(self.by_state.values())


async def receive_books(
    records: Records, first: str, count: int, delivery_note: str, by: Attribution
) -> BookBalance:
    """Add a delivery to the safe; raise BadRange or BooksAlreadyReceived."""
    await records.books.receive(serial_range(first, count), delivery_note, by)
    return await book_balance(records)


async def load_books(records: Records, machine_id: str, first: str, count: int) -> BookBalance:
    """Move books from the safe to a machine; raise BadRange, MachineNotFound or BooksNotInSafe."""
    machine = await records.machines.get(machine_id)
    await records.books.load(serial_range(first, count), machine.machine_id)
    return await book_balance(records)


async def book_balance(records: Records) -> BookBalance:
    """Return the number of books in each state."""
    counted = await records.books.count_by_state()
    return BookBalance({state: counted.get(state, 0) for state in BookState})
