"""Fingers of applicants in the database, until the matcher has them."""

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.store.tables.biometrics import fingerprints


class FingerRecords:
    """Reads and writes fingers: serialized sample sets."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def store(self, case: str, fingers: bytes) -> None:
        """Store the fingers of a case (a serialized SampleSet) in place of earlier ones."""
        await self.delete(case)
        await self._connection.execute(insert(fingerprints).values(case=case, samples=fingers))

    async def of(self, case: str) -> bytes:
        """Return the stored fingers of a case, a serialized SampleSet; empty if there are none."""
        statement = select(fingerprints.c.samples).where(fingerprints.c.case == case)
        return await self._connection.scalar(statement) or b""

    async def delete(self, case: str) -> None:
        """Delete the stored fingers of a case."""
        await self._connection.execute(fingerprints.delete().where(fingerprints.c.case == case))
