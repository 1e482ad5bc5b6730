"""Blank books: deliveries, hand-outs to machines, and the balance that must always add up."""

from dataclasses import dataclass

from printer.domain.book import BookState, serials
from printer.use_cases.records import Note, Records


@dataclass(frozen=True, slots=True)
class Balance:
    """Books by state; together they are those received."""

    books: dict[BookState, int]

    @property
    def received(self) -> int:
        """Every book ever received."""
        return sum(self.books.values())


async def receive_books(
    records: Records, first: str, count: int, delivery_note: str, note: Note
) -> Balance:
    """Take a delivery into the safe; raises BadRange, BooksAlreadyReceived."""
    await records.books.receive(serials(first, count), delivery_note, note)
    return await balance(records)


async def load_books(records: Records, machine_id: str, first: str, count: int) -> Balance:
    """Hand books to a machine; raises BadRange, MachineNotFound, BooksNotInSafe."""
    machine = await records.machines.get(machine_id)
    await records.books.load(serials(first, count), machine.machine_id)
    return await balance(records)


async def balance(records: Records) -> Balance:
    """Books by state, states without books included."""
    counted = await records.books.count()
    return Balance({state: counted.get(state, 0) for state in BookState})
