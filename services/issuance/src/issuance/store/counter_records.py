"""Counters in the database."""

from sqlalchemy import case as sql_case
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.store.tables.counters import counters


class CounterRecords:
    """Gives out the numbers of counters."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next(self, counter: str, lowest: int = 1) -> int:
        """Return the next number of a counter, and not one below `lowest`.

        Committed numbers have no other gaps, since the row stays locked until the commit.
        """
        c = counters.c
        value = sql_case((c.value < lowest, lowest), else_=c.value + 1)
        statement = update(counters).where(c.name == counter).values(value=value)
        result = await self._connection.execute(statement.returning(c.value))
        return int(result.scalar_one())
