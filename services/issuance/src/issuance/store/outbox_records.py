"""The outbox in the database: tasks in order, leased for a time to one replica."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Update, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.outbox import LeaseLost, OutboxTask
from issuance.domain.states import OutboxTaskKind
from issuance.store.field_values import field_values
from issuance.store.tables import outbox

_FIELDS = [field.name for field in fields(OutboxTask)]
_COLUMNS = [outbox.c[name] for name in _FIELDS]
_IMMEDIATELY = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OutboxBacklog:
    """Tasks of one kind that are not done.

    leased: being attempted now. failing: attempted in vain at least once. oldest: when the oldest
    was recorded, business time.
    """

    kind: OutboxTaskKind
    count: int
    leased: int
    failing: int
    oldest: datetime
    offices: frozenset[str]


class OutboxRecords:
    """Reads and writes outbox tasks. replica: name under which this process leases them."""

    def __init__(self, connection: AsyncConnection, replica: str) -> None:
        self._connection = connection
        self._replica = replica

    async def add(self, task: OutboxTask) -> None:
        """Record a task, to be attempted immediately."""
        statement = insert(outbox).values(
            **field_values(task, _FIELDS), not_before=_IMMEDIATELY, leased_by="", last_error=""
        )
        await self._connection.execute(statement)

    async def lease(
        self,
        kinds: Collection[OutboxTaskKind],
        limit: int,
        stopped: Collection[str],
        now: datetime,
        until: datetime,
    ) -> Sequence[OutboxTask]:
        """Lease up to `limit` due tasks until `until`, by priority class and queue number.

        Tasks of the `stopped` offices, tasks leased to others, and rows that another replica has
        locked are skipped. now, until: real time.
        """
        c = outbox.c
        statement = (
            select(*_COLUMNS)
            .where(
                c.kind.in_(kinds),
                c.not_before <= now,
                or_(c.leased_until.is_(None), c.leased_until < now),
                c.office.not_in(stopped),
            )
            .order_by(c.priority_class, c.queue_number)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        leased = [_task(row) for row in await self._connection.execute(statement)]
        if leased:
            mark = update(outbox).where(c.id.in_([task.id for task in leased]))
            await self._connection.execute(mark.values(leased_until=until, leased_by=self._replica))
        return [replace(task, leased_until=until) for task in leased]

    async def complete(self, task: OutboxTask) -> bool:
        """Delete a task that is done; return False if it was completed before."""
        result = await self._connection.execute(delete(outbox).where(outbox.c.id == task.id))
        return result.rowcount == 1

    async def postpone(
        self, task: OutboxTask, until: datetime, error: str, *, counts: bool
    ) -> None:
        """Give a task back for later, unless its lease is lost.

        counts: whether this attempt counts as a failed one.
        """
        await self._connection.execute(
            _under_lease(task).values(
                not_before=until,
                leased_until=None,
                leased_by="",
                last_error=error,
                attempts=task.attempts + counts,
            )
        )

    async def store_clearance(
        self, task: OutboxTask, request_id: str, clearance: str
    ) -> OutboxTask:
        """Store what the next attempts send, and return the task with it. Raises LeaseLost."""
        statement = _under_lease(task).values(request_id=request_id, clearance=clearance)
        if (await self._connection.execute(statement)).rowcount != 1:
            raise LeaseLost(task.id)
        return replace(task, request_id=request_id, clearance=clearance)

    async def is_pending(self, case: str, kind: OutboxTaskKind) -> bool:
        """Return whether a case has a task of this kind that is not done."""
        statement = select(outbox.c.id).where(outbox.c.case == case, outbox.c.kind == kind)
        return await self._connection.scalar(statement) is not None

    async def abandon_leases(self) -> None:
        """Give back the tasks that an earlier process of this replica had leased."""
        statement = update(outbox).where(outbox.c.leased_by == self._replica)
        await self._connection.execute(statement.values(leased_until=None, leased_by=""))

    async def backlog(self, now: datetime) -> Sequence[OutboxBacklog]:
        """Return the tasks that are not done, by kind. now: real time."""
        c = outbox.c
        statement = select(
            c.kind,
            c.office,
            func.count().label("tasks"),
            func.count().filter(c.leased_until >= now).label("leased"),
            func.count().filter(c.attempts > 0).label("failing"),
            func.min(c.created_at).label("oldest"),
        )
        rows: dict[OutboxTaskKind, list[Any]] = {}
        grouped = statement.group_by(c.kind, c.office).order_by(c.kind, c.office)
        for row in await self._connection.execute(grouped):
            rows.setdefault(row.kind, []).append(row)
        return [_backlog(kind, offices) for kind, offices in rows.items()]


def _under_lease(task: OutboxTask) -> Update:
    c = outbox.c
    return update(outbox).where(c.id == task.id, c.leased_until == task.leased_until)


def _backlog(kind: OutboxTaskKind, offices: Sequence[Any]) -> OutboxBacklog:
    return OutboxBacklog(
        kind=kind,
        count=sum(row.tasks for row in offices),
        leased=sum(row.leased for row in offices),
        failing=sum(row.failing for row in offices),
        oldest=min(row.oldest for row in offices),
        offices=frozenset(row.office for row in offices),
    )


def _task(row: Row[Any]) -> OutboxTask:
    return OutboxTask(**field_values(row, _FIELDS))
