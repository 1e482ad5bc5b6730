"""Counts of books in the database, and how the records differ from them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, func, insert, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.book import BookState
from printer.domain.serial_range import SerialRange, join, subtract
from printer.store.movements import in_range
from printer.store.tables.books import books, has_machine
from printer.store.tables.stock_counts import stock_counts


class StockCountRecords:
    """Counts as one transaction sees them; an empty machine_id stands for the safe."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, machine_id: str, found: Sequence[SerialRange], books_recorded: int, by: Attribution
    ) -> None:
        """Store what a person found and how many books should have been there."""
        row = {
            "machine_id": machine_id,
            "counted_at": by.at,
            "counted_by": by.who,
            "books_recorded": books_recorded,
            "found": [[each.first, each.count] for each in found],
        }
        await self._connection.execute(insert(stock_counts).values(row))

    async def books_recorded(self, machine_id: str) -> int:
        """Return the number of books that are in a place."""
        statement = select(func.count()).select_from(books).where(_is_in(machine_id))
        return int(await self._connection.scalar(statement) or 0)

    async def missing(self, machine_id: str, found: Sequence[SerialRange]) -> list[SerialRange]:
        """Return the books that are in a place after the records, and not among those found."""
        was_found = or_(False, *(in_range(each) for each in found))
        return join(await self._serials(_is_in(machine_id), not_(was_found)))

    async def unexpected(self, machine_id: str, found: Sequence[SerialRange]) -> list[SerialRange]:
        """Return the books found in a place that cannot be there after the records."""
        may_be_there = or_(_is_in(machine_id), _may_be_in(machine_id))
        unexpected: list[SerialRange] = []
        for each in found:
            condition = and_(in_range(each), may_be_there)
            number = await self._connection.scalar(select(func.count()).where(condition))
            if number != each.count:
                unexpected += subtract([each], await self._serials(condition))
        return join(unexpected)

    async def _serials(self, *conditions: ColumnElement[bool]) -> Iterable[SerialRange]:
        serials = await self._connection.scalars(select(books.c.serial).where(*conditions))
        return [SerialRange(serial, 1) for serial in serials]


def _is_in(machine_id: str) -> ColumnElement[bool]:
    if not machine_id:
        return books.c.state == BookState.SAFE
    return and_(has_machine, books.c.state == BookState.LOADED, books.c.machine_id == machine_id)


def _may_be_in(machine_id: str) -> ColumnElement[bool]:
    """Return the condition that a book may be in a place: nobody knows where it is just now."""
    quarantined = books.c.state == BookState.QUARANTINED
    if not machine_id:
        return quarantined
    assigned = and_(books.c.state == BookState.ASSIGNED, books.c.machine_id == machine_id)
    return or_(quarantined, assigned)
