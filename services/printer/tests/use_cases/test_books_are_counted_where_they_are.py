from printer.domain.book import BookState
from printer.use_cases.machines import view_machines
from printer.use_cases.stock import book_balance

from .findings import passes
from .print_room import PrintRoom


async def _counts(room: PrintRoom) -> tuple[dict[str, int], int, int]:
    """Return the number of books by state, and of those that M1 has printed and still has."""
    async with room.store.read() as records:
        balance = await book_balance(records)
        [view] = await view_machines(records, room.monitor, room.now())
    by_state = {state.name: number for state, number in balance.by_state.items()}
    return by_state, view.books_printed, view.books_loaded


async def test_in_every_state_and_at_every_machine(room: PrintRoom) -> None:
    before = await _counts(room)
    job = await room.print()
    await room.step()
    room.machine.finish()
    await room.step()
    await passes(room, job, room.by("siti"))

    none = {state.name: 0 for state in BookState}
    assert before == (none | {"LOADED": 3, "ISSUED": 0}, 0, 3)
    assert await _counts(room) == (none | {"LOADED": 2, "ISSUED": 1}, 1, 2)
    assert await room.books(BookState.ISSUED) == ["B1000001"]
