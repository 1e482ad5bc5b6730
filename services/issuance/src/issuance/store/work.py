"""The outbox: work owed to other services, in order, leased for a time."""

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Update, case, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.owed import Owed
from issuance.domain.states import Work
from issuance.store.cases import values
from issuance.store.tables import work
from issuance.use_cases.kept import Backlog
from issuance.use_cases.work_records import LeaseLost

_FIELDS = [field.name for field in fields(Owed)]
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = [work.c[name] for name in _FIELDS]


class WorkStore:
    """Implements `use_cases.work_records.OutboxBacklog`. replica: names whose leases are ours."""

    def __init__(self, connection: AsyncConnection, replica: str) -> None:
        self._connection = connection
        self._replica = replica

    async def add(self, owed: Owed) -> None:
        """One more piece, to be done at once."""
        statement = insert(work).values(
            **values(owed, _FIELDS), not_before=_AT_ONCE, leased_by="", trouble=""
        )
        await self._connection.execute(statement)

    async def lease(
        self,
        kinds: Collection[Work],
        limit: int,
        stopped: Collection[str],
        now: datetime,
        until: datetime,
    ) -> Sequence[Owed]:
        """In order of priority_class and place; what another replica looks at is passed over."""
        c = work.c
        statement = (
            select(*_COLUMNS)
            .where(
                c.kind.in_(kinds),
                c.not_before <= now,
                or_(c.leased_until.is_(None), c.leased_until < now),
                c.office.not_in(stopped),
            )
            .order_by(c.priority_class, c.place)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        leased = [_owed(row) for row in await self._connection.execute(statement)]
        if leased:
            mark = update(work).where(c.id.in_([owed.id for owed in leased]))
            await self._connection.execute(mark.values(leased_until=until, leased_by=self._replica))
        return [replace(owed, leased_until=until) for owed in leased]

    async def done(self, owed: Owed) -> bool:
        """Strike it off."""
        result = await self._connection.execute(delete(work).where(work.c.id == owed.id))
        return result.rowcount == 1

    async def postpone(self, owed: Owed, until: datetime, trouble: str, *, counts: bool) -> None:
        """Give it back for later."""
        await self._connection.execute(
            _under_lease(owed).values(
                not_before=until,
                leased_until=None,
                leased_by="",
                trouble=trouble,
                attempts=owed.attempts + counts,
            )
        )

    async def renew(self, owed: Owed, request_id: str, clearance: str) -> Owed:
        """Keep what the next attempts send."""
        kept = _under_lease(owed).values(request_id=request_id, clearance=clearance)
        if (await self._connection.execute(kept)).rowcount != 1:
            raise LeaseLost(owed.id)
        return replace(owed, request_id=request_id, clearance=clearance)

    async def is_owed(self, case: str, kind: Work) -> bool:
        """Whether it is not done yet."""
        statement = select(work.c.id).where(work.c.case == case, work.c.kind == kind)
        return await self._connection.scalar(statement) is not None

    async def abandon_leases(self) -> None:
        """Give back what an earlier life of this replica had leased."""
        statement = update(work).where(work.c.leased_by == self._replica)
        await self._connection.execute(statement.values(leased_until=None, leased_by=""))

    async def backlog(self, now: datetime) -> Sequence[Backlog]:
        """By kind. now: real time."""
        c = work.c
        statement = select(
            c.kind,
            c.office,
            func.count().label("many"),
            func.count(case((c.leased_until >= now, 1))).label("leased"),
            func.count(case((c.attempts > 0, 1))).label("failing"),
            func.min(c.owed_at).label("oldest"),
        )
        rows: dict[Work, list[Any]] = {}
        grouped = statement.group_by(c.kind, c.office).order_by(c.kind, c.office)
        for row in await self._connection.execute(grouped):
            rows.setdefault(row.kind, []).append(row)
        return [_backlog(kind, offices) for kind, offices in rows.items()]


def _under_lease(owed: Owed) -> Update:
    return update(work).where(work.c.id == owed.id, work.c.leased_until == owed.leased_until)


def _backlog(kind: Work, offices: Sequence[Any]) -> Backlog:
    return Backlog(
        kind=kind,
        count=sum(row.many for row in offices),
        leased=sum(row.leased for row in offices),
        failing=sum(row.failing for row in offices),
        oldest=min(row.oldest for row in offices),
        offices=frozenset(row.office for row in offices),
    )


def _owed(row: Row[Any]) -> Owed:
    return Owed(**{name: getattr(row, name) for name in _FIELDS})
