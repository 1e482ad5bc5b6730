"""Blank books in the database."""

from dataclasses import asdict, replace
from typing import Any

from servicekit.errors import StaleRevision
from sqlalchemy import (
    Row,
    Select,
    String,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.book import Book, BookState, BookTransition
from printer.domain.errors import (
    BookInUse,
    BookNotFound,
    BooksAlreadyReceived,
    BooksElsewhere,
    BooksNotInSafe,
)
from printer.domain.movement import Movement
from printer.domain.serial_range import SerialRange
from printer.domain.settlement import Settlement
from printer.store.movements import MovementRecords, in_range
from printer.store.proposals import ProposalRecords
from printer.store.tables.attempts import attempts
from printer.store.tables.books import books, has_document_number, has_machine
from printer.store.tables.jobs import jobs


class BookRecords:
    """Books as one transaction sees them.

    Each change is stored with its movement, and withdraws the proposals about its books.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._proposals = ProposalRecords(connection)
        self._movements = MovementRecords(connection)

    async def receive(self, serials: SerialRange, delivery_note: str, by: Attribution) -> None:
        """Add books to the safe; raise BooksAlreadyReceived if any of them is known.

        Books that were all returned to the centre, or all sent to another office, may come back.
        """
        delivery = Movement(
            books=serials, before=None, after=BookState.SAFE, by=by, delivery_note=delivery_note
        )
        for left in (BookState.RETURNED, BookState.TRANSFERRED):
            if await self._count(serials, left) == serials.count:
                await self.move(replace(delivery, before=left))
                return
        try:
            await self._connection.execute(
                insert(books).from_select([column.name for column in books.c], _blank(serials))
            )
        except IntegrityError:
            raise BooksAlreadyReceived(
                f"books among the {serials.count} from {serials.first} on were received before",
                field="books",
            ) from None
        await self._record(delivery)

    async def move(self, movement: Movement) -> None:
        """Move books; those that were, or will be, LOADED are in the movement's machine.

        Raises BooksNotInSafe or BooksElsewhere if any book is not where it is to be moved from.
        """
        statement = update(books).where(in_range(movement.books), books.c.state == movement.before)
        if movement.before is BookState.LOADED:
            statement = statement.where(books.c.machine_id == movement.machine_id)
        values: dict[str, Any] = {"state": movement.after}
        if BookState.LOADED in (movement.before, movement.after):
            loaded = movement.after is BookState.LOADED
            values["machine_id"] = movement.machine_id if loaded else ""
        elif (movement.before, movement.after) == (BookState.QUARANTINED, BookState.SAFE):
            values |= {"machine_id": "", "attempt_id": ""}
        moved = await self._connection.execute(statement.values(values))
        missing = movement.books.count - moved.rowcount
        if missing:
            error = BooksNotInSafe if movement.before is BookState.SAFE else BooksElsewhere
            raise error(
                f"{missing} of {movement.books.count} books are elsewhere",
                field="books",
            )
        await self._record(movement)

    async def get(self, serial: str) -> Book:
        """Return one book; raise BookNotFound if there is none of this serial."""
        rows = await self._connection.execute(select(books).where(books.c.serial == serial))
        row = rows.one_or_none()
        if row is None:
            raise BookNotFound("no such book was ever received here", field="serial")
        return _book(row)

    async def _record(self, movement: Movement) -> None:
        await self._proposals.withdraw_about_books(movement.books)
        await self._movements.add(movement)

    async def _count(self, serials: SerialRange, state: BookState) -> int:
        statement = select(func.count()).where(in_range(serials), books.c.state == state)
        return int(await self._connection.scalar(statement) or 0)

    async def require_unused(self, serials: SerialRange) -> None:
        """Raise BookInUse if an attempt that has not ended, or is unsettled, has one of them."""
        used = await self._connection.scalar(
            select(func.min(books.c.serial))
            .join(attempts, attempts.c.book_serial == books.c.serial)
            .where(
                in_range(serials),
                or_(attempts.c.outcome.is_(None), attempts.c.settlement == Settlement.UNSETTLED),
            )
        )
        if used is not None:
            raise BookInUse(
                "the book has an attempt that has not ended, or its machine has to answer for one",
                book_serial=used,
            )

    async def next_blank(self, machine_id: str) -> str | None:
        """Return the serial of the blank book that the machine pulls next; None without any."""
        serial: str | None = await self._connection.scalar(
            select(func.min(books.c.serial)).where(
                has_machine,
                books.c.machine_id == machine_id,
                books.c.state == BookState.LOADED,
            )
        )
        return serial

    async def apply_transition(
        self,
        transition: BookTransition,
        book: Book,
        by: Attribution,
        reason: str = "",
        job_id: str = "",
        proposed_by: str = "",
    ) -> None:
        """Replace a book that is in the transition's source state by `book`.

        reason: for people. job_id: of the print job for which it happens. Raises StaleRevision if
        the book is not in that state.
        """
        saved = await self._connection.execute(
            update(books)
            .where(books.c.serial == book.serial, books.c.state == transition.source)
            .values(asdict(book))
        )
        if saved.rowcount != 1:
            raise StaleRevision(
                f"the book is not {transition.source.value} any more", book_serial=book.serial
            )
        await self._record(
            Movement(
                books=SerialRange(book.serial, 1),
                before=transition.source,
                after=book.state,
                by=by,
                reason=reason,
                machine_id=book.machine_id,
                job_id=job_id,
                proposed_by=proposed_by,
            )
        )

    async def swap(self, first: Book, second: Book, by: Attribution, reason: str) -> None:
        """Give each of two books what the other has: state, machine, attempt, document number.

        Raises StaleRevision if one has changed since it was read.
        """
        for book, other in ((first, second), (second, first)):
            saved = await self._connection.execute(
                update(books)
                .where(*(books.c[name] == value for name, value in asdict(book).items()))
                .values(asdict(other) | {"serial": book.serial})
            )
            if saved.rowcount != 1:
                raise StaleRevision("the book has changed", book_serial=book.serial)
            await self._record(
                Movement(
                    books=SerialRange(book.serial, 1),
                    before=book.state,
                    after=other.state,
                    by=by,
                    reason=reason,
                    machine_id=other.machine_id,
                )
            )

    async def is_quarantined(self, serial: str, attempt_id: str) -> bool:
        """Return whether a book is quarantined on account of an attempt."""
        found = await self._connection.scalar(
            select(books.c.serial).where(
                books.c.serial == serial,
                books.c.attempt_id == attempt_id,
                books.c.state == BookState.QUARANTINED,
            )
        )
        return found is not None

    async def list_after(
        self,
        serial: str,
        limit: int,
        *,
        state: BookState | None = None,
        machine_id: str = "",
        application_id: str = "",
        document_number: str = "",
    ) -> list[Book]:
        """Return the books after a serial, by serial, of which all that is given is true."""
        statement = select(books).where(books.c.serial > serial).order_by(books.c.serial)
        if state is not None:
            statement = statement.where(books.c.state == state)
        if machine_id:
            statement = statement.where(has_machine, books.c.machine_id == machine_id)
        if document_number:
            statement = statement.where(
                has_document_number, books.c.document_number == document_number
            )
        if application_id:
            statement = (
                statement.join(attempts, attempts.c.attempt_id == books.c.attempt_id)
                .join(jobs, jobs.c.job_id == attempts.c.job_id)
                .where(jobs.c.application_id == application_id)
            )
        rows = await self._connection.execute(statement.limit(limit))
        return [_book(row) for row in rows]

    async def count_by_state(self) -> dict[BookState, int]:
        """Return the number of books in each state; states without books are missing."""
        rows = await self._connection.execute(
            select(books.c.state, func.count().label("number")).group_by(books.c.state)
        )
        return {row.state: row.number for row in rows}

    async def count_by_machine(self, *states: BookState) -> dict[str, int]:
        """Return the number of books in any of the states by machine.

        Machines without any are missing.
        """
        rows = await self._connection.execute(
            select(books.c.machine_id, func.count().label("books"))
            .where(has_machine, books.c.state.in_(states))
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


def _blank(serials: SerialRange) -> Select[Any]:
    """Return the rows of new books in the safe; the database makes them, as there may be many."""
    first = 10**serials.digits + serials.first_number
    numbers = select(literal(first).label("number")).cte(recursive=True)
    numbers = numbers.union_all(
        select(numbers.c.number + 1).where(numbers.c.number < first + serials.count - 1)
    )
    # The power of ten before the digits keeps their leading zeros.
    digits = func.substr(cast(numbers.c.number, String), 2)
    nothing = literal("")
    safe = literal(BookState.SAFE, books.c.state.type)
    return select(literal(serials.letters).concat(digits), safe, nothing, nothing, nothing)
