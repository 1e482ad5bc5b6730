from printer.domain.book import BookState
from printer.domain.movement import Movement
from printer.domain.serial_range import SerialRange
from printer.use_cases.stock import load_books, receive_books, unload_books

from .print_room import PrintRoom

SERIALS = SerialRange("C0000001", 100_000)


async def _movements(room: PrintRoom, serial: str) -> list[Movement]:
    async with room.store.read() as records:
        return await records.movements.of_book(serial, 0, 10)


async def test_when_they_are_received_loaded_and_unloaded(room: PrintRoom) -> None:
    async with room.store.begin() as records:
        received = await receive_books(records, SERIALS, "N2", room.operator())
        loaded = await load_books(records, "M1", SERIALS, room.operator())
        await unload_books(records, "M1", SERIALS, room.operator(), "too many")

    first, last = [await _movements(room, serial) for serial in (SERIALS.first, SERIALS.last)]
    assert received.by_state[BookState.SAFE] == 100_000
    assert loaded.by_state[BookState.LOADED] == 100_003
    assert [(each.after, each.books) for each in first] == [
        (BookState.SAFE, SERIALS),
        (BookState.LOADED, SERIALS),
        (BookState.SAFE, SERIALS),
    ]
    assert first == last
    assert SERIALS.last == "C0100000"


async def test_serials_with_more_digits_are_other_books(room: PrintRoom) -> None:
    async with room.store.begin() as records:
        await receive_books(records, SerialRange("D000001", 10), "N2", room.operator())
        await receive_books(records, SerialRange("D0000015", 10), "N3", room.operator())
        await load_books(records, "M1", SerialRange("D000001", 10), room.operator())

    assert await room.books(BookState.SAFE) == [f"D{number:07d}" for number in range(15, 25)]
