"""Which outbox work is paused, in the database: all replicas keep to it, also after a restart."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.paused_work import PausedWork, WorkNotPaused, WorkPaused
from issuance.store.field_values import field_values
from issuance.store.tables.outbox import paused_work

_FIELDS = [field.name for field in fields(PausedWork)]


class PausedWorkRecords:
    """Reads and writes pauses."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def pause(self, paused: PausedWork) -> None:
        """Record a pause. Raises WorkPaused."""
        statement = insert(paused_work).values(**field_values(paused, _FIELDS))
        try:
            await self._connection.execute(statement)
        except IntegrityError:
            raise WorkPaused("it is paused already") from None

    async def resume(self, kind: OutboxTaskKind, office: str) -> PausedWork:
        """Delete the pause of a kind at an office, or "" for all, and return it.

        Raises WorkNotPaused.
        """
        c = paused_work.c
        statement = delete(paused_work).where(c.kind == kind, c.office == office)
        returned = await self._connection.execute(statement.returning(*paused_work.c))
        row = returned.one_or_none()
        if row is None:
            raise WorkNotPaused("there is no such pause")
        return PausedWork(**field_values(row, _FIELDS))

    async def all(self) -> Sequence[PausedWork]:
        """Return all pauses by kind and office."""
        c = paused_work.c
        rows = await self._connection.execute(select(paused_work).order_by(c.kind, c.office))
        return [PausedWork(**field_values(row, _FIELDS)) for row in rows]

    async def affects(self, kind: OutboxTaskKind, office: str) -> bool:
        """Return whether work of this kind is paused at an office."""
        c = paused_work.c
        statement = select(c.kind).where(c.kind == kind, c.office.in_(["", office])).limit(1)
        return await self._connection.scalar(statement) is not None
