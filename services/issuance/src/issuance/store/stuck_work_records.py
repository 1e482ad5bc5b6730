"""Outbox tasks that do not get done by themselves, or have failed often."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.lateness import LateCases
from issuance.domain.outbox import OutboxTask, OutboxTaskNotFound
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.field_values import field_values
from issuance.store.late_case_records import late_case_keys
from issuance.store.oldest_first import ListPosition, keyed, oldest_first, position
from issuance.store.outbox_records import IMMEDIATELY, under_lease
from issuance.store.tables.outbox import outbox

TASK = "task:"
"""Begins the keys of tasks in a list."""
MANY_ATTEMPTS = 5
"""A task that failed so often outside of outages is shown to administrators."""


@dataclass(frozen=True, slots=True)
class StuckTask:
    """A task that somebody has to look at.

    created_at: business time. refused_at: since when it is not attempted, real time; None if it
    still is. not_before: when it is attempted next, real time.
    """

    id: str
    kind: OutboxTaskKind
    case: str
    office: str
    created_at: datetime
    attempts: int
    not_before: datetime
    refused_at: datetime | None
    last_error: str


_FIELDS = [field.name for field in fields(StuckTask)]
_TASKS = select(*(outbox.c[name] for name in _FIELDS))
_OLDEST = (outbox.c.created_at, outbox.c.id)
_IS_STUCK = or_(outbox.c.refused_at.is_not(None), outbox.c.attempts >= MANY_ATTEMPTS)


class StuckWorkRecords:
    """Reads stuck tasks, and has them attempted again."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self,
        size: int,
        after: ListPosition | None,
        office: str | None,
        late: Iterable[LateCases] = (),
    ) -> Sequence[ListPosition]:
        """Return where stuck tasks, and late cases, are in one list. office: None for all."""
        c = outbox.c
        tasks = select(c.created_at.label("since"), keyed(TASK, c.id).label("key"))
        tasks = tasks.where(_IS_STUCK)
        if office is not None:
            tasks = tasks.where(c.office == office)
        rows = await self._connection.execute(
            oldest_first([tasks, *late_case_keys(late)], after, size)
        )
        return [position(row) for row in rows]

    async def of_ids(self, ids: Collection[str]) -> Sequence[StuckTask]:
        """Return the tasks with these ids, oldest first; those that are done are missing."""
        rows = await self._connection.execute(_TASKS.where(outbox.c.id.in_(ids)).order_by(*_OLDEST))
        return [_task(row) for row in rows]

    async def of_case(self, case: str) -> Sequence[StuckTask]:
        """Return the stuck tasks of a case, oldest first."""
        statement = _TASKS.where(_IS_STUCK, outbox.c.case == case)
        rows = await self._connection.execute(statement.order_by(*_OLDEST))
        return [_task(row) for row in rows]

    async def get(self, task: str) -> StuckTask:
        """Return a task, whether stuck or not. Raises OutboxTaskNotFound."""
        row = (await self._connection.execute(_TASKS.where(outbox.c.id == task))).one_or_none()
        if row is None:
            raise OutboxTaskNotFound("there is no such task, or it is done", field="task_id")
        return _task(row)

    async def refused_cases(self, cases: Collection[str], kind: OutboxTaskKind) -> Collection[str]:
        """Return which of these cases have a task of this kind that is not attempted any more."""
        if not cases:
            return ()
        c = outbox.c
        statement = select(c.case).where(
            c.kind == kind, c.case.in_(cases), c.refused_at.is_not(None)
        )
        return set(await self._connection.scalars(statement))

    async def refuse(self, task: OutboxTask, now: datetime, error: str) -> None:
        """Set a task aside, unless its lease is lost. now: real time."""
        values = {"refused_at": now, "last_error": error, "leased_until": None, "leased_by": ""}
        await self._connection.execute(under_lease(task).values(values))

    async def give_up(self, task: str) -> bool:
        """Delete a task that is not attempted any more; return False if there is none."""
        c = outbox.c
        statement = delete(outbox).where(c.id == task, c.refused_at.is_not(None))
        return (await self._connection.execute(statement)).rowcount == 1

    async def retry(self, task: str) -> StuckTask:
        """Have a task attempted again at once. Raises OutboxTaskNotFound."""
        statement = update(outbox).where(outbox.c.id == task)
        await self._connection.execute(
            statement.values(refused_at=None, attempts=0, not_before=IMMEDIATELY)
        )
        return await self.get(task)


def _task(row: Row[Any]) -> StuckTask:
    return StuckTask(**field_values(row, _FIELDS))
