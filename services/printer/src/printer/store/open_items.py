"""Differences between counts and records in the database."""

from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.errors import OpenItemNotFound
from printer.domain.open_item import OpenItem, Resolution
from printer.domain.serial_range import SerialRange
from printer.store.tables.stock_counts import is_open_item
from printer.store.tables.stock_counts import open_items as table


class OpenItemRecords:
    """Open items, and those resolved, as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, item: OpenItem) -> OpenItem:
        """Store an open item; return it with its number."""
        row = {
            "kind": item.kind,
            "machine_id": item.machine_id,
            "first_serial": item.books.first,
            "book_count": item.books.count,
            "found_at": item.found.at,
            "found_by": item.found.who,
            "explanation": "",
        }
        rows = await self._connection.execute(insert(table).values(row).returning(*table.c))
        return _item(rows.one())

    async def get_open(self, item_id: int) -> OpenItem:
        """Return an open item; raise OpenItemNotFound if there is none of this number."""
        rows = await self._connection.execute(
            select(table).where(table.c.item_id == item_id, is_open_item)
        )
        return _one(rows.one_or_none())

    async def open_in(self, machine_id: str) -> list[OpenItem]:
        """Return the open items of a machine, or of the safe if the id is empty, by number."""
        rows = await self._connection.execute(
            select(table)
            .where(table.c.machine_id == machine_id, is_open_item)
            .order_by(table.c.item_id)
        )
        return [_item(row) for row in rows]

    async def list_after(
        self, item_id: int, limit: int, *, include_resolved: bool
    ) -> list[OpenItem]:
        """Return the items after a number, by number."""
        statement = select(table).where(table.c.item_id > item_id).order_by(table.c.item_id)
        if not include_resolved:
            statement = statement.where(is_open_item)
        rows = await self._connection.execute(statement.limit(limit))
        return [_item(row) for row in rows]

    async def resolve(self, item_id: int, resolution: Resolution) -> OpenItem:
        """Resolve an open item and return it; raise OpenItemNotFound if it is not open."""
        rows = await self._connection.execute(
            update(table)
            .where(table.c.item_id == item_id, is_open_item)
            .values(
                resolved_at=resolution.by.at,
                resolved_by=resolution.by.who,
                reason=resolution.reason,
                explanation=resolution.explanation,
            )
            .returning(*table.c)
        )
        return _one(rows.one_or_none())


def _one(row: Row[Any] | None) -> OpenItem:
    if row is None:
        raise OpenItemNotFound("no item of this number is open", field="item_id")
    return _item(row)


def _item(row: Row[Any]) -> OpenItem:
    resolution = None
    if row.resolved_at is not None:
        by = Attribution(row.resolved_by, row.resolved_at)
        resolution = Resolution(reason=row.reason, explanation=row.explanation, by=by)
    return OpenItem(
        item_id=row.item_id,
        kind=row.kind,
        machine_id=row.machine_id,
        books=SerialRange(row.first_serial, row.book_count),
        found=Attribution(row.found_by, row.found_at),
        resolution=resolution,
    )
