"""Portraits in the database, until they are erased."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.portrait import PortraitNotFound
from issuance.domain.states import FINAL_STATES, ApplicationState
from issuance.store.case_rows import UNNUMBERED
from issuance.store.tables.applications import applications
from issuance.store.tables.biometrics import portraits

# Deleted in one transaction, so that calls from the counter do not wait long for it.
_BATCH = 200
# Approved cases, and those at the printer, wait for machines and not for people.
_MAY_STAND_STILL = (
    frozenset(ApplicationState)
    - FINAL_STATES
    - {
        ApplicationState.APPROVED,
        ApplicationState.PRINTING,
    }
)


class PortraitRecords:
    """Reads and writes portraits: JPEG files as they are printed."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def store(self, case: str, jpeg: bytes) -> None:
        """Store the portrait of a case in place of an earlier one."""
        await self.delete(case)
        await self._connection.execute(insert(portraits).values(case=case, jpeg=jpeg))

    async def get(self, case: str) -> bytes:
        """Return the portrait of a case. Raises PortraitNotFound."""
        statement = select(portraits.c.jpeg).where(portraits.c.case == case)
        jpeg: bytes | None = await self._connection.scalar(statement)
        if jpeg is None:
            raise PortraitNotFound("no portrait is stored of this application")
        return jpeg

    async def is_stored(self, case: str) -> bool:
        """Return whether the portrait of a case is stored."""
        statement = select(portraits.c.case).where(portraits.c.case == case)
        return await self._connection.scalar(statement) is not None

    async def delete(self, case: str) -> None:
        """Delete the portrait of a case."""
        await self._connection.execute(delete(portraits).where(portraits.c.case == case))

    async def delete_ended(self, before: datetime) -> bool:
        """Delete portraits of cases that ended before an instant; return whether all are gone."""
        return len(await self._delete(before, FINAL_STATES)) < _BATCH

    async def delete_idle(self, before: datetime) -> bool:
        """Delete portraits of cases that have not gone on since an instant.

        A case without a finished book needs a new photo to go on. Returns whether all are gone.
        """
        cases = await self._delete(before, _MAY_STAND_STILL)
        c = applications.c
        await self._connection.execute(
            update(applications)
            .where(c.id.in_(cases), c.state != ApplicationState.READY)
            .values(portrait_accepted_at=None, **UNNUMBERED)
        )
        return len(cases) < _BATCH

    async def _delete(self, before: datetime, states: Collection[ApplicationState]) -> list[str]:
        due = (
            select(portraits.c.case)
            .join(applications, applications.c.id == portraits.c.case)
            .where(applications.c.state.in_(states), applications.c.state_since < before)
            .limit(_BATCH)
        )
        cases = list(await self._connection.scalars(due))
        await self._connection.execute(delete(portraits).where(portraits.c.case.in_(cases)))
        return cases
