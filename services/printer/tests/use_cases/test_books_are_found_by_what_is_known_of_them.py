import pytest
from printer.domain.book import Book, BookState
from printer.domain.errors import BookNotFound
from sqlalchemy import text

from .print_room import PrintRoom


async def _found(room: PrintRoom, **known: str) -> list[str]:
    async with room.store.read() as records:
        return [book.serial for book in await records.books.list_after("", 10, **known)]  # type: ignore[arg-type]


async def test_by_serial_application_document_number_and_machine(room: PrintRoom) -> None:
    await room.add_machine(2, books=1)
    job = await room.print()
    await room.step()

    async with room.store.read() as records:
        book = await records.books.get("B1000001")
    attempt_id = (await room.job(job)).latest_attempt.attempt_id

    assert book == Book("B1000001", BookState.ASSIGNED, "M1", attempt_id, job.document_number)
    assert await _found(room, document_number=job.document_number) == ["B1000001"]
    assert await _found(room, application_id=job.application_id) == ["B1000001"]
    assert await _found(room, application_id="another") == []
    assert await _found(room, machine_id="M2") == ["B2000001"]


async def test_one_that_was_never_received_is_not_found(room: PrintRoom) -> None:
    with pytest.raises(BookNotFound):
        async with room.store.read() as records:
            await records.books.get("B9000001")


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("state = 'SAFE' AND serial > 'A'", "books_by_state "),
        (
            "state = 'LOADED' AND machine_id = 'M1' AND machine_id != '' AND serial > 'A'",
            "books_by_state_and_machine",
        ),
        ("machine_id = 'M1' AND machine_id != '' AND serial > 'A'", "books_by_machine"),
        ("document_number = 'X' AND document_number != '' AND serial > 'A'", "books_by_document"),
    ],
)
async def test_every_list_has_its_index(room: PrintRoom, condition: str, index: str) -> None:
    if room.database.is_shared:
        pytest.skip("PostgreSQL reads small tables without their indexes")
    query = f"EXPLAIN QUERY PLAN SELECT * FROM books WHERE {condition} ORDER BY serial"

    async with room.database.read() as connection:
        plan = [row.detail for row in await connection.execute(text(query))]

    assert len(plan) == 1
    assert index in plan[0]
