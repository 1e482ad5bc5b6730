import pytest
from printer.domain.book import BookState
from printer.domain.errors import (
    BookNotFound,
    BooksElsewhere,
    IllegalBookTransition,
    SecondPersonRequired,
)
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason, Proposal
from printer.use_cases.remove_books import BookRemoval, RemovalRequest, remove_books
from printer.use_cases.stock import load_books, receive_books, unload_books

from .findings import passes
from .print_room import PrintRoom

SAFE_BOOKS = SerialRange("C0000001", 4)


async def _received(room: PrintRoom, note: str = "N2") -> None:
    async with room.store.begin() as records:
        await receive_books(records, SAFE_BOOKS, note, room.by("siti"))


async def _remove(
    room: PrintRoom,
    user: str,
    removal: BookRemoval,
    books: SerialRange = SAFE_BOOKS,
    destination: str = "",
    note: str = "",
) -> Proposal | None:
    request = RemovalRequest(
        books=books, removal=removal, destination=destination, delivery_note=note,
        reason=DecisionReason.SURPLUS, explanation="as agreed", by=room.by(user),
    )  # fmt: skip
    async with room.store.begin() as records:
        return await remove_books(records, request)


@pytest.mark.parametrize(
    ("removal", "state"),
    [
        (BookRemoval.RETURN, BookState.RETURNED),
        (BookRemoval.DAMAGED, BookState.DAMAGED),
        (BookRemoval.STOLEN, BookState.STOLEN),
        (BookRemoval.MISSING, BookState.MISSING),
    ],
)
async def test_the_first_person_changes_nothing_and_the_second_everything(
    room: PrintRoom, removal: BookRemoval, state: BookState
) -> None:
    await _received(room)

    proposal = await _remove(room, "siti", removal)
    before = await room.books(BookState.SAFE)
    with pytest.raises(SecondPersonRequired):
        await _remove(room, "siti", removal)
    agreed = await _remove(room, "budi", removal)

    assert proposal is not None
    assert "another person than siti" in proposal.waiting_for
    assert (len(before), agreed) == (4, None)
    assert await room.books(state) == list(SAFE_BOOKS)
    async with room.store.read() as records:
        [*_, movement] = await records.movements.of_book("C0000003", 0, 10)
    assert (movement.proposed_by, movement.by) == (room.by("siti").who, room.by("budi"))
    assert (movement.reason, movement.books) == ("SURPLUS: as agreed", SAFE_BOOKS)


async def test_sent_to_another_office_only_as_both_say_and_received_again_later(
    room: PrintRoom,
) -> None:
    await _received(room)

    await _remove(room, "siti", BookRemoval.TRANSFER, destination="MTP", note="T1")
    elsewhere = await _remove(room, "budi", BookRemoval.TRANSFER, destination="JKT", note="T1")
    agreed = await _remove(room, "budi", BookRemoval.TRANSFER, destination="MTP", note="T1")
    sent = await room.books(BookState.TRANSFERRED)
    await _received(room, "T2")

    assert (elsewhere is None, agreed) == (False, None)
    assert sent == list(SAFE_BOOKS) == await room.books(BookState.SAFE)
    async with room.store.read() as records:
        movements = await records.movements.of_book("C0000001", 0, 10)
    assert [(m.after, m.destination, m.delivery_note) for m in movements] == [
        (BookState.SAFE, "", "N2"),
        (BookState.TRANSFERRED, "MTP", "T1"),
        (BookState.SAFE, "", "T2"),
    ]


async def test_missing_from_a_machine_and_found_again(room: PrintRoom) -> None:
    blank = SerialRange("B1000002", 2)
    for user in ("siti", "budi"):
        await _remove(room, user, BookRemoval.MISSING, blank)
    missing = await room.books(BookState.MISSING)
    for user in ("siti", "budi"):
        await _remove(room, user, BookRemoval.RECOVERED, blank)

    assert missing == ["B1000002", "B1000003"] == await room.books(BookState.SAFE)


async def test_a_proposal_about_books_is_withdrawn_when_one_of_them_moves(room: PrintRoom) -> None:
    await _received(room)
    await _remove(room, "siti", BookRemoval.RETURN, note="R1")
    one = SerialRange("C0000004", 1)
    async with room.store.begin() as records:
        await load_books(records, "M1", one, room.by("siti"))
        await unload_books(records, "M1", one, room.by("siti"), "wrong box")

    again = await _remove(room, "budi", BookRemoval.RETURN, note="R1")
    await room.add_books("C0000005", 1)
    agreed = await _remove(room, "siti", BookRemoval.RETURN, note="R1")

    assert again is not None
    assert agreed is None
    assert await room.books(BookState.RETURNED) == list(SAFE_BOOKS)


async def test_a_proposal_about_a_book_that_was_loaded_is_withdrawn(room: PrintRoom) -> None:
    await _received(room)
    one = SerialRange("C0000001", 1)
    await _remove(room, "siti", BookRemoval.MISSING, one)
    async with room.store.begin() as records:
        await load_books(records, "M1", one, room.by("siti"))

    assert await _remove(room, "budi", BookRemoval.MISSING, one) is not None
    assert await room.books(BookState.MISSING) == []


async def test_a_proposal_about_a_book_that_a_machine_took_by_mistake_is_withdrawn(
    room: PrintRoom,
) -> None:
    job = await room.printed()
    await _remove(room, "siti", BookRemoval.MISSING, SerialRange("B1000002", 2))

    await passes(room, job, room.by("siti"), book_serial="B1000002", is_other_book=True)

    async with room.store.read() as records:
        assert await records.proposals.find_open(["books/B1000002-B1000003"]) == {}


async def test_what_is_not_there_cannot_leave(room: PrintRoom) -> None:
    async def agree(removal: BookRemoval, books: SerialRange) -> None:
        for user in ("siti", "budi"):
            await _remove(room, user, removal, books)

    with pytest.raises(IllegalBookTransition, match="LOADED cannot become RETURNED"):
        await agree(BookRemoval.RETURN, SerialRange("B1000001", 1))
    with pytest.raises(BookNotFound):
        await agree(BookRemoval.STOLEN, SerialRange("B9000001", 1))
    with pytest.raises(BooksElsewhere):
        await agree(BookRemoval.STOLEN, SerialRange("B1000003", 2))
    assert await room.books(BookState.STOLEN) == []
