"""Who got an emergency document and is still to be identified, in the database."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.unidentified_holder import UnidentifiedHolder
from issuance.store.tables.adjudication import adjudication_tasks
from issuance.store.tables.applications import IS_UNIDENTIFIED_HOLDER, applications
from issuance.store.tables.outbox import outbox


class UnidentifiedHolders:
    """Reads whose identification is due after the hand-over."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_cases(self, cases: Collection[str]) -> Sequence[UnidentifiedHolder]:
        """Return those of them whose identification is due after the hand-over."""
        c, task, examined = applications.c, outbox.c, adjudication_tasks.c
        identifies = and_(task.case == c.id, task.kind == OutboxTaskKind.IDENTIFY)
        statement = select(
            c.id,
            c.office,
            c.state_since,
            c.document_number,
            exists().where(identifies, task.refused_at.is_(None)),
            exists().where(identifies, task.refused_at.is_not(None)),
            exists().where(examined.case == c.id, examined.closed_at.is_(None)),
        ).where(c.id.in_(cases), IS_UNIDENTIFIED_HOLDER)
        return [UnidentifiedHolder(*row) for row in await self._connection.execute(statement)]

    async def count(self) -> Mapping[str, int]:
        """Return how many there are, by office; offices without any are missing."""
        office = applications.c.office
        statement = select(office, func.count()).where(IS_UNIDENTIFIED_HOLDER)
        rows = await self._connection.execute(statement.group_by(office))
        return {office: int(number) for office, number in rows}
