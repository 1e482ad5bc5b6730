"""The history of cases in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.clock_pause import StateInterval
from issuance.domain.history import EventDetails, HistoryEntry
from issuance.store.field_values import field_values
from issuance.store.tables.history import history

_ENTRY = [field.name for field in fields(HistoryEntry) if field.name != "details"]
_DETAILS = [field.name for field in fields(EventDetails)]


class HistoryRecords:
    """Reads and writes history entries."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, entry: HistoryEntry) -> None:
        """Append one entry."""
        row = field_values(entry, _ENTRY) | field_values(entry.details, _DETAILS)
        await self._connection.execute(insert(history).values(**row))

    async def of_case(self, case: str) -> Sequence[HistoryEntry]:
        """Return the history of a case, oldest first."""
        statement = select(history).where(history.c.case == case).order_by(history.c.number)
        return [
            HistoryEntry(
                **field_values(row, _ENTRY), details=EventDetails(**field_values(row, _DETAILS))
            )
            for row in await self._connection.execute(statement)
        ]

    async def earlier_states(self, cases: Collection[str]) -> Mapping[str, list[StateInterval]]:
        """Return how long each case was in the states that it left; without any: missing."""
        c = history.c
        statement = select(c.case, c.source, c.source_since, c.at).where(
            c.case.in_(cases), c.source != c.target, c.source_since.is_not(None)
        )
        found: dict[str, list[StateInterval]] = {}
        if cases:
            for row in await self._connection.execute(statement):
                left = StateInterval(row.source, row.source_since, row.at)
                found.setdefault(row.case, []).append(left)
        return found
