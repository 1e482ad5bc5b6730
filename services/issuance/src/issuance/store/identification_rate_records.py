"""The rates of identifications and verifications in the database, which all replicas share."""

from dataclasses import fields

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.identification_rate import IdentificationRate
from issuance.store.field_values import field_values
from issuance.store.tables.matcher import identification_rate

_FIELDS = [field.name for field in fields(IdentificationRate)]


class IdentificationRateRecords:
    """Reads and writes a rate. writes: whether the transaction writes, so that it is locked.

    name: of the rate: matcher (identifications) or verification.
    """

    def __init__(self, connection: AsyncConnection, writes: bool, name: str = "matcher") -> None:
        self._connection = connection
        self._writes = writes
        self._row = identification_rate.c.name == name

    async def get(self) -> IdentificationRate:
        """Return the rate, locked if the transaction writes: one replica at a time changes it."""
        statement = select(*(identification_rate.c[name] for name in _FIELDS)).where(self._row)
        if self._writes:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one()
        return IdentificationRate(*row)

    async def save(self, rate: IdentificationRate) -> None:
        """Store the rate at which the matcher is asked, in place of the former."""
        statement = update(identification_rate).where(self._row)
        await self._connection.execute(statement.values(**field_values(rate, _FIELDS)))
