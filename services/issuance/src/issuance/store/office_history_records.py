"""The history of the offices and their calendars in the database; nothing is ever deleted."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.office_history import OfficeHistoryEntry
from issuance.domain.special_day import ALL_OFFICES
from issuance.store.field_values import field_values
from issuance.store.page_request import PageRequest
from issuance.store.tables.offices import office_history

_ENTRY = [field.name for field in fields(OfficeHistoryEntry)]


class OfficeHistoryRecords:
    """Reads and writes who changed what of the offices."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, entry: OfficeHistoryEntry) -> None:
        """Append who changed what to the history of an office."""
        row = field_values(entry, _ENTRY)
        await self._connection.execute(insert(office_history).values(**row))

    async def page(
        self, page: PageRequest, office: str | None
    ) -> Sequence[tuple[int, OfficeHistoryEntry]]:
        """Return numbered entries, newest first, below `page.after` if that is not 0.

        office: its entries and those of all offices; None: all entries.
        """
        c = office_history.c
        statement = select(office_history).order_by(c.number.desc()).limit(page.size)
        if office is not None:
            statement = statement.where(c.office.in_([ALL_OFFICES, office]))
        if page.after:
            statement = statement.where(c.number < page.after)
        rows = await self._connection.execute(statement)
        return [(row.number, OfficeHistoryEntry(**field_values(row, _ENTRY))) for row in rows]
