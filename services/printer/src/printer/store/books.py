"""Blank books in the database."""

from collections.abc import Iterator
from typing import Any

from servicekit.errors import StaleRevision
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.book import Book, BookMove, BookState
from printer.domain.errors import BooksAlreadyReceived, BooksNotInSafe
from printer.store.tables import books, deliveries
from printer.use_cases.records import Note

# Databases limit the parameters of one statement.
_BATCH = 5000


class SqlBooks:
    """Books as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def receive(self, serials: list[str], delivery_note: str, note: Note) -> None:
        """Put new books into the safe; raises BooksAlreadyReceived."""
        blank = {"state": BookState.SAFE.value, "machine_id": "", "attempt_id": ""}
        rows = [{"serial": serial, "document_number": "", **blank} for serial in serials]
        delivery = insert(deliveries).values(
            first_serial=serials[0],
            count=len(serials),
            delivery_note=delivery_note,
            received_at=note.at,
            received_by=note.by,
        )
        try:
            await self._connection.execute(insert(books), rows)
            await self._connection.execute(delivery)
        except IntegrityError:
            raise BooksAlreadyReceived(
                f"books among the {len(serials)} from {serials[0]} on were received before",
                field="books",
            ) from None

    async def load(self, serials: list[str], machine_id: str) -> None:
        """Hand books from the safe to a machine; raises BooksNotInSafe."""
        moved = 0
        for batch in _batches(serials):
            result = await self._connection.execute(
                update(books)
                .where(books.c.serial.in_(batch), books.c.state == BookMove.LOAD.source.value)
                .values(state=BookMove.LOAD.target.value, machine_id=machine_id)
            )
            moved += result.rowcount
        if moved != len(serials):
            raise BooksNotInSafe(
                f"{len(serials) - moved} of {len(serials)} books are not in the safe",
                field="books",
            )

    async def next_blank(self, machine_id: str) -> str | None:
        """The next untouched book in a machine."""
        return await self._connection.scalar(
            select(books.c.serial)
            .where(books.c.machine_id == machine_id, books.c.state == BookState.LOADED.value)
            .order_by(books.c.serial)
            .limit(1)
        )

    async def move(self, move: BookMove, book: Book) -> None:
        """Bring a book from the move's source to `book`; raises StaleRevision if not there."""
        moved = await self._connection.execute(
            update(books)
            .where(books.c.serial == book.serial, books.c.state == move.source.value)
            .values(
                state=book.state.value,
                machine_id=book.machine_id,
                attempt_id=book.attempt_id,
                document_number=book.document_number,
            )
        )
        if moved.rowcount != 1:
            raise StaleRevision(
                f"the book is not {move.source.value} any more", book_serial=book.serial
            )

    async def listed(self, state: BookState | None, after: str, limit: int) -> list[Book]:
        """Books by serial."""
        statement = select(books).where(books.c.serial > after).order_by(books.c.serial)
        if state is not None:
            statement = statement.where(books.c.state == state.value)
        rows = await self._connection.execute(statement.limit(limit))
        return [_book(row) for row in rows]

    async def count(self) -> dict[BookState, int]:
        """Books by state."""
        rows = await self._connection.execute(
            select(books.c.state, func.count()).group_by(books.c.state)
        )
        return {BookState(state): number for state, number in rows}

    async def count_by_machine(self, state: BookState) -> dict[str, int]:
        """Books in a state by machine."""
        rows = await self._connection.execute(
            select(books.c.machine_id, func.count().label("books"))
            .where(books.c.state == state.value)
            .group_by(books.c.machine_id)
        )
        return {row.machine_id: row.books for row in rows}


def _book(row: Row[Any]) -> Book:
    return Book(
        serial=row.serial,
        state=BookState(row.state),
        machine_id=row.machine_id,
        attempt_id=row.attempt_id,
        document_number=row.document_number,
    )


def _batches(serials: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(serials), _BATCH):
        yield serials[start : start + _BATCH]
