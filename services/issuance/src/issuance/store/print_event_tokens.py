"""Up to which event of each printer its print jobs have been recorded."""

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.store.tables.printing import print_event_tokens


class PrintEventTokens:
    """Reads and writes the resume token of each office's printer."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, office: str) -> str:
        """Return the token from which to resume; empty at the beginning."""
        c = print_event_tokens.c
        statement = select(c.resume_token).where(c.office == office)
        return await self._connection.scalar(statement) or ""

    async def store(self, office: str, token: str) -> None:
        """Store the token of the last recorded event."""
        statement = update(print_event_tokens).where(print_event_tokens.c.office == office)
        updated = await self._connection.execute(statement.values(resume_token=token))
        if updated.rowcount == 0:
            await self._connection.execute(
                insert(print_event_tokens).values(office=office, resume_token=token)
            )
