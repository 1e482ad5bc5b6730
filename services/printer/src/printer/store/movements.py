"""Movements of books in the database: every change of a book's state leaves one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, insert, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.book import BookState
from printer.domain.movement import Movement
from printer.domain.serial_range import SerialRange
from printer.store.tables.books import book_movements, books, is_of_many_books


def in_range(serials: SerialRange) -> ColumnElement[bool]:
    """Return the condition that a book's serial is one of a range."""
    # Between two serials of one length, longer ones lie as well.
    return and_(
        books.c.serial.between(serials.first, serials.last),
        func.length(books.c.serial) == len(serials.first),
    )


class MovementRecords:
    """Movements of books as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, movement: Movement) -> None:
        """Store a movement of books that are in the database, all of its range."""
        row = {
            "first_serial": movement.books.first,
            "last_serial": movement.books.last,
            "book_count": movement.books.count,
            "state_before": movement.before,
            "state_after": movement.after,
            "at": movement.by.at,
            "who": movement.by.who,
            "reason": movement.reason,
            "machine_id": movement.machine_id,
            "job_id": movement.job_id,
            "delivery_note": movement.delivery_note,
            "destination": movement.destination,
            "proposed_by": movement.proposed_by,
        }
        await self._connection.execute(insert(book_movements).values(row))

    async def of_book(self, serial: str, after: int, limit: int) -> list[Movement]:
        """Return the movements of a book after a movement's number, oldest first."""
        moved = book_movements.c
        # Two conditions, each with an index of its own.
        alone = and_(moved.first_serial == serial, not_(is_of_many_books))
        among_many = and_(
            is_of_many_books,
            moved.first_serial <= serial,
            moved.last_serial >= serial,
            func.length(moved.first_serial) == len(serial),
        )
        rows = await self._connection.execute(
            select(book_movements)
            .where(or_(alone, among_many), moved.movement_id > after)
            .order_by(moved.movement_id)
            .limit(limit)
        )
        return [_movement(row) for row in rows]

    async def number_by_span(
        self, states: Sequence[BookState], limits: Sequence[datetime]
    ) -> dict[int, int]:
        """Return how many books came into any of the states in each span between two limits.

        limits: in order of time. Spans are numbered from 0; those without books are missing.
        """
        at = book_movements.c.at
        span = case(*((at < end, number) for number, end in enumerate(limits[1:])))
        moved = (
            select(span.label("span"), book_movements.c.book_count)
            .where(book_movements.c.state_after.in_(states), at >= limits[0], at < limits[-1])
            .subquery()
        )
        rows = await self._connection.execute(
            select(moved.c.span, func.sum(moved.c.book_count).label("books"))
            .group_by(moved.c.span)
            .order_by(moved.c.span)
        )
        return {row.span: int(row.books) for row in rows}

    async def first_at(self, states: Sequence[BookState]) -> datetime | None:
        """Return when a book first came into any of the states; None if none ever did."""
        moment: datetime | None = await self._connection.scalar(
            select(func.min(book_movements.c.at)).where(book_movements.c.state_after.in_(states))
        )
        return moment


def _movement(row: Row[Any]) -> Movement:
    return Movement(
        movement_id=row.movement_id,
        books=SerialRange(row.first_serial, row.book_count),
        before=row.state_before,
        after=row.state_after,
        by=Attribution(row.who, row.at),
        reason=row.reason,
        machine_id=row.machine_id,
        job_id=row.job_id,
        delivery_note=row.delivery_note,
        destination=row.destination,
        proposed_by=row.proposed_by,
    )
