"""Blank books in the database."""

from collections.abc import Iterator
from typing import Any

from servicekit.errors import StaleRevision
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.book import Book, BookState, BookTransition
from printer.domain.errors import BooksAlreadyReceived, BooksNotInSafe
from printer.store.tables import books, deliveries

# Databases limit the parameters of one statement.
_BATCH = 5000


class BookRecords:
    """Books as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def receive(self, serials: list[str], delivery_note: str, by: Attribution) -> None:
        """Add new books to the safe; raise BooksAlreadyReceived if any of them is known."""
        blank = {"state": BookState.SAFE, "machine_id": "", "attempt_id": ""}
        rows = [{"serial": serial, "document_number": "", **blank} for serial in serials]
        delivery = insert(deliveries).values(
            first_serial=serials[0],
            count=len(serials),
            delivery_note=delivery_note,
            received_at=by.at,
            received_by=by.who,
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
        """Move books from the safe to a machine; raise BooksNotInSafe if any is not there."""
        loaded = 0
        for batch in _batches(serials):
            result = await self._connection.execute(
                update(books)
                .where(books.c.serial.in_(batch), books.c.state == BookTransition.LOAD.source)
                .values(state=BookTransition.LOAD.target, machine_id=machine_id)
            )
            loaded += result.rowcount
        if loaded != len(serials):
            raise BooksNotInSafe(
                f"{len(serials) - loaded} of {len(serials)} books are not in the safe",
                field="books",
            )

    async def next_blank(self, machine_id: str) -> str | None:
        """Return the serial of the blank book that the machine pulls next; None without any."""
        return await self._connection.scalar(
            select(books.c.serial)
            .where(books.c.machine_id == machine_id, books.c.state == BookState.LOADED)
            .order_by(books.c.serial)
            .limit(1)
        )

    async def apply_transition(self, transition: BookTransition, book: Book) -> None:
        """Replace a book that is in the transition's source state by `book`.

        Raises StaleRevision if it is not in that state.
        """
        saved = await self._connection.execute(
            update(books)
            .where(books.c.serial == book.serial, books.c.state == transition.source)
            .values(
                state=book.state,
                machine_id=book.machine_id,
                attempt_id=book.attempt_id,
                document_number=book.document_number,
            )
        )
        if saved.rowcount != 1:
            raise StaleRevision(
                f"the book is not {transition.source.value} any more", book_serial=book.serial
            )

    async def list_after(self, serial: str, state: BookState | None, limit: int) -> list[Book]:
        """Return the books after a serial, by serial; state None means any."""
        statement = select(books).where(books.c.serial > serial).order_by(books.c.serial)
        if state is not None:
            statement = statement.where(books.c.state == state)
        rows = await self._connection.execute(statement.limit(limit))
        return [_book(row) for row in rows]

    async def count_by_state(self) -> dict[BookState, int]:
        """Return the number of books in each state; states without books are missing."""
        rows = await self._connection.execute(
            select(books.c.state, func.count().label("number")).group_by(books.c.state)
        )
        return {row.state: row.number for row in rows}

    async def count_by_machine(self, state: BookState) -> dict[str, int]:
        """Return the number of books in a state by machine; machines without any are missing."""
        rows = await self._connection.execute(
            select(books.c.machine_id, func.count().label("books"))
            .where(books.c.state == state)
            .group_by(books.c.machine_id)
        )
        return {row.machine_id: row.books for row in rows}


def _book(row: Row[Any]) -> Book:
    return Book(
        serial=row.serial,
        state=row.state,
        machine_id=row.machine_id,
        attempt_id=row.attempt_id,
        document_number=row.document_number,
    )


def _batches(serials: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(serials), _BATCH):
        yield serials[start : start + _BATCH]
