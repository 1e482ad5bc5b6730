"""When our database was restored together with the printer of an office."""

from datetime import datetime
from typing import cast

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.store.tables.printing import restores


class RestoreRecords:
    """Reads and writes the latest restore of each office."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, office: str, at: datetime) -> None:
        """Store the restore of an office in place of an earlier one."""
        c = restores.c
        changed = update(restores).where(c.office == office).values(restored_at=at)
        if (await self._connection.execute(changed)).rowcount == 0:
            await self._connection.execute(insert(restores).values(office=office, restored_at=at))

    async def latest(self, office: str) -> datetime | None:
        """Return when the latest restore of an office was recorded; None if there was none."""
        statement = select(restores.c.restored_at).where(restores.c.office == office)
        return cast("datetime | None", await self._connection.scalar(statement))
