"""The outbox in the database: tasks in order, leased for a time to one replica."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Row,
    Update,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.office_rotation import NextTask
from issuance.domain.outbox import LeaseLost, OutboxTask, cause_of_delay
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import LongestWaits
from issuance.store.field_values import field_values
from issuance.store.lock_order import lock_case_first
from issuance.store.outbox_conditions import is_due, is_free, is_leased, is_postponed
from issuance.store.tables.offices import office_plans
from issuance.store.tables.outbox import outbox, paused_work

_FIELDS = [field.name for field in fields(OutboxTask)]
_COLUMNS = [outbox.c[name] for name in _FIELDS]
_LONGEST_REASON = 64
IMMEDIATELY = datetime(1970, 1, 1, tzinfo=UTC)
"""Before every task: one that is not attempted before this time is attempted at once."""


@dataclass(frozen=True, slots=True)
class OutboxBacklog:
    """Tasks of one kind that are not done.

    leased: being attempted now. failing: attempted in vain at least once. refused: those of the
    failing that are not attempted any more. oldest: when the oldest was recorded, business time.
    """

    kind: OutboxTaskKind
    count: int
    leased: int
    failing: int
    refused: int
    oldest: datetime
    offices: frozenset[str]


@dataclass(frozen=True, slots=True)
class PostponedWork:
    """Tasks of one kind that are not attempted before a later time, for one cause.

    first: when the first of them is attempted, real time.
    """

    kind: OutboxTaskKind
    cause: str
    count: int
    first: datetime


@dataclass(frozen=True, slots=True)
class PrintQueue:
    """Print tasks of one office that are not done. leased: those being attempted now."""

    tasks: int = 0
    leased: int = 0


class OutboxRecords:
    """Reads and writes outbox tasks. replica: name under which this process leases them.

    longest: how long they wait at most.
    """

    def __init__(self, connection: AsyncConnection, replica: str, longest: LongestWaits) -> None:
        self._connection = connection
        self._replica = replica
        self._longest = longest

    async def add(self, task: OutboxTask, not_before: datetime = IMMEDIATELY) -> None:
        """Record a task, to be attempted immediately or not before an instant of real time."""
        await self._connection.execute(insert(outbox).values(_new_row(task, not_before)))

    async def replace(self, tasks: Sequence[OutboxTask]) -> None:
        """Record tasks of one kind, each in place of the one that its case had."""
        if not tasks:
            return
        c = outbox.c
        cases = [task.case for task in tasks]
        await self._connection.execute(
            delete(outbox).where(c.kind == tasks[0].kind, c.case.in_(cases))
        )
        rows = [_new_row(task, IMMEDIATELY) for task in tasks]
        await self._connection.execute(insert(outbox), rows)

    async def due_kinds(self, now: datetime) -> Collection[OutboxTaskKind]:
        """Return the kinds that have a due task, even if it is paused. now: real time."""
        due = [exists().where(*is_due(outbox, kind, now, self._longest)) for kind in OutboxTaskKind]
        (answers,) = await self._connection.execute(select(*due))
        return [kind for kind, is_due in zip(OutboxTaskKind, answers, strict=True) if is_due]

    async def next_of_each_office(self, kind: OutboxTaskKind, now: datetime) -> Sequence[NextTask]:
        """Return the first due task of each office where the kind is not paused, in its order.

        now: real time.
        """
        c, candidates = outbox.c, outbox.alias()
        candidate = candidates.c
        first = (
            select(candidate.id)
            .where(
                candidate.office == office_plans.c.office,
                *is_due(candidates, kind, now, self._longest),
            )
            .order_by(candidate.queued_from, candidate.queue_number)
            .limit(1)
            .correlate(office_plans)
            .scalar_subquery()
        )
        statement = select(c.id, c.office, c.priority_class, c.queued_from, c.queue_number)
        pause = paused_work.c
        paused = exists().where(
            pause.kind == kind, or_(pause.office == "", pause.office == office_plans.c.office)
        )
        firsts = select(first).select_from(office_plans).where(~paused.correlate(office_plans))
        rows = await self._connection.execute(statement.where(c.id.in_(firsts)))
        return [NextTask(*row) for row in rows]

    async def lease(
        self, ids: Collection[str], now: datetime, until: datetime
    ) -> Sequence[OutboxTask]:
        """Lease those of these tasks until `until` that nobody else has leased meanwhile.

        Rows that another replica has locked are skipped. now, until: real time.
        """
        c = outbox.c
        statement = (
            select(*_COLUMNS)
            .where(c.id.in_(ids), is_free(outbox, now, self._longest))
            .order_by(c.queued_from, c.queue_number)
            .with_for_update(skip_locked=True)
        )
        leased = [_task(row) for row in await self._connection.execute(statement)]
        if leased:
            mark = update(outbox).where(c.id.in_([task.id for task in leased]))
            await self._connection.execute(mark.values(leased_until=until, leased_by=self._replica))
        return [replace(task, leased_until=until) for task in leased]

    async def leased_by_office(self, kind: OutboxTaskKind, now: datetime) -> Mapping[str, int]:
        """Return how many tasks all replicas have leased; offices without one are missing."""
        c = outbox.c
        statement = select(c.office, func.count().label("tasks")).where(
            c.kind == kind, is_leased(now, self._longest)
        )
        rows = await self._connection.execute(statement.group_by(c.office))
        return {row.office: row.tasks for row in rows}

    async def print_queues(self, now: datetime) -> Mapping[str, PrintQueue]:
        """Return the print tasks of each office; offices without one are missing."""
        c = outbox.c
        leased = func.count().filter(is_leased(now, self._longest)).label("leased")
        statement = select(c.office, func.count().label("tasks"), leased)
        rows = await self._connection.execute(
            statement.where(c.kind == OutboxTaskKind.PRINT).group_by(c.office)
        )
        return {row.office: PrintQueue(row.tasks, row.leased) for row in rows}

    async def make_due(self, kind: OutboxTaskKind, office: str) -> None:
        """Let the postponed tasks of an office be attempted immediately."""
        c = outbox.c
        statement = update(outbox).where(
            c.kind == kind, c.office == office, c.not_before > IMMEDIATELY
        )
        await self._connection.execute(statement.values(not_before=IMMEDIATELY))

    async def complete(self, task: OutboxTask) -> bool:
        """Delete a task that is done, its case locked; return False if it was completed before."""
        await lock_case_first(self._connection, task.case)
        result = await self._connection.execute(delete(outbox).where(outbox.c.id == task.id))
        return result.rowcount == 1

    async def postpone(
        self, task: OutboxTask, until: datetime, error: str, *, counts: bool
    ) -> None:
        """Give a task back for later, unless its lease is lost.

        counts: whether this attempt counts as a failed one.
        """
        await self._connection.execute(
            under_lease(task).values(
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
        statement = under_lease(task).values(request_id=request_id, clearance=clearance)
        if (await self._connection.execute(statement)).rowcount != 1:
            raise LeaseLost(task.id)
        return replace(task, request_id=request_id, clearance=clearance)

    async def withdraw(self, case: str, kinds: Collection[OutboxTaskKind]) -> Sequence[OutboxTask]:
        """Delete the tasks of a case that are not done; attempts under way change nothing then."""
        of_case = (outbox.c.case == case) & outbox.c.kind.in_(kinds)
        rows = await self._connection.execute(select(*_COLUMNS).where(of_case).with_for_update())
        tasks = [_task(row) for row in rows]
        await self._connection.execute(delete(outbox).where(of_case))
        return tasks

    async def count_submitted(self, office: str) -> int:
        """Return how many print tasks of an office its printer may have got, or gets just now."""
        c = outbox.c
        statement = select(func.count()).where(
            c.kind == OutboxTaskKind.PRINT,
            c.office == office,
            or_(c.clearance != "", c.leased_until.is_not(None)),
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def is_pending(self, case: str, kind: OutboxTaskKind) -> bool:
        """Return whether a case has a task of this kind that is not done."""
        statement = select(outbox.c.id).where(outbox.c.case == case, outbox.c.kind == kind)
        return await self._connection.scalar(statement) is not None

    async def is_attempted(self, case: str, kind: OutboxTaskKind) -> bool:
        """Return whether a case has a task of this kind that is neither done nor refused."""
        c = outbox.c
        statement = select(c.id).where(c.case == case, c.kind == kind, c.refused_at.is_(None))
        return await self._connection.scalar(statement) is not None

    async def payload(self, case: str, kind: OutboxTaskKind, *, refused: bool) -> bytes | None:
        """Return what the task of a case that is not done asks for; None if there is none.

        refused: also if it is not attempted any more.
        """
        c = outbox.c
        statement = select(c.payload).where(c.case == case, c.kind == kind)
        if not refused:
            statement = statement.where(c.refused_at.is_(None))
        payload: bytes | None = await self._connection.scalar(statement)
        return payload

    async def abandon_leases(self) -> None:
        """Give back the tasks that an earlier process of this replica had leased."""
        statement = update(outbox).where(outbox.c.leased_by == self._replica)
        await self._connection.execute(statement.values(leased_until=None, leased_by=""))

    async def postponed(self, now: datetime) -> Sequence[PostponedWork]:
        """Return the tasks that are attempted later, by kind and cause. now: real time."""
        c = outbox.c
        # Of an error only what it begins with, its reason: the rest may differ for each task.
        error = func.substr(c.last_error, 1, _LONGEST_REASON).label("error")
        statement = select(
            c.kind, error, func.count().label("tasks"), func.min(c.not_before).label("first")
        ).where(is_postponed(now, self._longest))
        found: dict[tuple[OutboxTaskKind, str], PostponedWork] = {}
        for row in await self._connection.execute(statement.group_by(c.kind, error)):
            key = row.kind, cause_of_delay(row.error)
            same = found.get(key, PostponedWork(*key, 0, row.first))
            found[key] = PostponedWork(*key, same.count + row.tasks, min(same.first, row.first))
        return [found[key] for key in sorted(found)]

    async def backlog(self, now: datetime) -> Sequence[OutboxBacklog]:
        """Return the tasks that are not done, by kind. now: real time."""
        c = outbox.c
        refused = c.refused_at.is_not(None)
        statement = select(
            c.kind,
            c.office,
            func.count().label("tasks"),
            func.count().filter(is_leased(now, self._longest)).label("leased"),
            func.count().filter(or_(c.attempts > 0, refused)).label("failing"),
            func.count().filter(refused).label("refused"),
            func.min(c.created_at).label("oldest"),
        )
        rows: dict[OutboxTaskKind, list[Any]] = {}
        grouped = statement.group_by(c.kind, c.office).order_by(c.kind, c.office)
        for row in await self._connection.execute(grouped):
            rows.setdefault(row.kind, []).append(row)
        return [_backlog(kind, offices) for kind, offices in rows.items()]


def under_lease(task: OutboxTask) -> Update:
    """Return a change of a task that does nothing once the task's lease is lost."""
    c = outbox.c
    return update(outbox).where(c.id == task.id, c.leased_until == task.leased_until)


def _backlog(kind: OutboxTaskKind, offices: Sequence[Any]) -> OutboxBacklog:
    return OutboxBacklog(
        kind=kind,
        count=sum(row.tasks for row in offices),
        leased=sum(row.leased for row in offices),
        failing=sum(row.failing for row in offices),
        refused=sum(row.refused for row in offices),
        oldest=min(row.oldest for row in offices),
        offices=frozenset(row.office for row in offices),
    )


def _new_row(task: OutboxTask, not_before: datetime) -> dict[str, Any]:
    return field_values(task, _FIELDS) | {
        "queued_from": task.queued_from,
        "not_before": not_before,
        "leased_by": "",
        "last_error": "",
    }


def _task(row: Row[Any]) -> OutboxTask:
    return OutboxTask(**field_values(row, _FIELDS))
