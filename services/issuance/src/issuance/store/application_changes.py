"""Numbers of the latest change of each application, by which changes are watched.

A change clears the number of its application, and who watches gives out new ones afterwards. So no
change waits for another one's number, and yet numbers become visible in their order.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.application_watch import ChangeMark
from issuance.domain.case import Case
from issuance.domain.states import ApplicationState
from issuance.store.case_rows import CASE_COLUMNS, read_case
from issuance.store.tables.applications import applications
from issuance.store.tables.counters import change_marks, counters

_COUNTER = "application_change"
_BATCH = 500
_SET_NUMBER = (
    update(applications)
    .where(applications.c.number == bindparam("application"))
    .values(change=bindparam("next"))
)


class ApplicationChanges:
    """Gives out change numbers, and reads applications by them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def is_numbered(self) -> bool:
        """Return whether there is a mark, and every change that is committed has a number."""
        unnumbered = select(applications.c.number).where(applications.c.change.is_(None)).limit(1)
        if await self._connection.scalar(unnumbered) is not None:
            return False
        return await self.last_mark() is not None

    async def number_some(self, mark: str, now: datetime, oldest: datetime) -> bool:
        """Give changes a number, and the last number a mark; return whether all have one.

        now: real time, of the mark. Marks that were no longer the last before `oldest` are deleted.
        Changes that are not committed yet are left out; the counter is locked until the commit.
        """
        statement = (
            select(applications.c.number)
            .where(applications.c.change.is_(None))
            .order_by(applications.c.number)
            .limit(_BATCH)
            .with_for_update(skip_locked=True, key_share=True)
        )
        changed = list(await self._connection.scalars(statement))
        last = await self._count(len(changed))
        if changed:
            first = last - len(changed) + 1
            await self._connection.execute(
                _SET_NUMBER,
                [{"application": row, "next": first + nth} for nth, row in enumerate(changed)],
            )
        if changed or await self.last_mark() is None:
            values = {"number": last, "mark": mark, "at": now}
            await self._connection.execute(insert(change_marks).values(values))
        await self._forget(oldest)
        return len(changed) < _BATCH

    async def _forget(self, oldest: datetime) -> None:
        c = change_marks.c
        last_then = select(func.max(c.number)).where(c.at < oldest).scalar_subquery()
        await self._connection.execute(delete(change_marks).where(c.number < last_then))

    async def _count(self, changes: int) -> int:
        c = counters.c
        statement = update(counters).where(c.name == _COUNTER).values(value=c.value + changes)
        return int((await self._connection.execute(statement.returning(c.value))).scalar_one())

    async def last_mark(self) -> ChangeMark | None:
        """Return the newest mark; None if there is none yet."""
        c = change_marks.c
        statement = select(c.number, c.mark).order_by(c.number.desc()).limit(1)
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else ChangeMark(*row)

    async def has_mark(self, mark: ChangeMark) -> bool:
        """Return whether this database has given out a mark, and not forgotten it."""
        c = change_marks.c
        statement = select(func.count()).where(c.number == mark.number, c.mark == mark.mark)
        return bool(await self._connection.scalar(statement))

    async def changed_after(
        self, change: int, office: str | None, states: Collection[ApplicationState], size: int
    ) -> Sequence[tuple[int, Case]]:
        """Return change numbers and cases that changed after a number, in their order.

        office: None for all. states: only cases in one of them; empty for all.
        """
        c = applications.c
        statement = select(c.change, *CASE_COLUMNS).where(c.change > change)
        if office is not None:
            statement = statement.where(c.office == office)
        if states:
            statement = statement.where(c.state.in_(states))
        rows = await self._connection.execute(statement.order_by(c.change).limit(size))
        return [(row.change, read_case(row)) for row in rows]
