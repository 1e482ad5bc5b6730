import pytest
from printer.domain.book import BookState
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason
from printer.use_cases.remove_books import BookRemoval, RemovalRequest, remove_books

from .print_room import PrintRoom


@pytest.mark.parametrize(
    ("serial", "machine_id", "before"),
    [("B1000001", "M1", BookState.LOADED), ("S0000001", "", BookState.SAFE)],
)
async def test_after_a_restore_two_persons_take_it_out_of_the_count(
    room: PrintRoom, serial: str, machine_id: str, before: BookState
) -> None:
    await room.add_books("S0000001", 1, machine_id="")

    left = []
    for user in ("siti", "budi"):
        request = RemovalRequest(
            books=SerialRange(serial, 1), removal=BookRemoval.SPOILED, destination="",
            delivery_note="", reason=DecisionReason.OTHER,
            explanation="printed before the restore", by=room.by(user),
        )  # fmt: skip
        async with room.store.begin() as records:
            await remove_books(records, request)
        left.append(serial in await room.books(before))

    async with room.store.read() as records:
        last = (await records.movements.of_book(serial, 0, 9))[-1]
    assert left == [True, False]
    assert await room.books(BookState.SPOILED) == [serial]
    assert (last.before, last.after, last.machine_id) == (before, BookState.SPOILED, machine_id)
    assert "user/siti" in last.proposed_by
