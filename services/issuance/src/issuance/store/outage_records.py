"""Outages in the database, what was recorded of each by whom, and how many cases waited for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from servicekit.errors import StaleRevision
from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.outage import NATIONAL_SCOPES, Outage, OutageNotFound, OutageScope
from issuance.domain.outage_policy import OutagePolicy
from issuance.store.field_values import field_values
from issuance.store.tables.applications import applications
from issuance.store.tables.history import history
from issuance.store.tables.outages import outage_changes, outages

_FIELDS = [field.name for field in fields(Outage)]
_RECORDED = ["cause", "began", "ended", "expected_end", "stopped_by_policy"]


@dataclass(frozen=True, slots=True)
class OutageRecord:
    """An outage with its id.

    cases: how many cases wait or waited for it; None: not counted. overridden: whether a person
    ended it although it is automatic, and no recovery was seen since.
    """

    id: str
    outage: Outage
    cases: int | None = None
    revision: int = 1
    overridden: bool = False

    def require_revision(self, revision: int) -> None:
        """Raise StaleRevision unless it has this revision, or `revision` is 0 (any)."""
        if revision not in (0, self.revision):
            raise StaleRevision(
                "the outage has changed since", revision=str(self.revision), field="revision"
            )


@dataclass(frozen=True, slots=True)
class OutageChange:
    """Who recorded what of an outage, and when. outage: as it was recorded from then on."""

    revision: int
    by: str
    at: datetime
    outage: Outage


class OutageRecords:
    """Reads and writes outages. writes: whether the transaction writes, so that rows are locked."""

    def __init__(self, connection: AsyncConnection, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    async def add(self, record: OutageRecord, by: str, at: datetime) -> None:
        """Insert a new outage, recorded by somebody."""
        await self._connection.execute(insert(outages).values(id=record.id, **_values(record)))
        await self._add_change(record, by, at)

    async def get(self, outage: str) -> OutageRecord:
        """Return an outage, locked if the transaction writes. Raises OutageNotFound."""
        statement = select(outages).where(outages.c.id == outage)
        if self._writes:
            statement = statement.with_for_update(key_share=True)
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise OutageNotFound("there is no such outage", field="outage_id")
        return _record(row)

    async def with_cases(self, found: Iterable[OutageRecord]) -> Sequence[OutageRecord]:
        """Return outages with the number of cases that wait or waited for each."""
        return [
            replace(record, cases=await self.count_cases(record.outage))
            if record.cases is None
            else record
            for record in found
        ]

    async def save(self, record: OutageRecord, by: str, at: datetime) -> None:
        """Update an outage, changed by somebody; its revision is one more than the stored one."""
        statement = update(outages).where(outages.c.id == record.id)
        await self._connection.execute(statement.values(**_values(record)))
        await self._add_change(record, by, at)

    async def _add_change(self, record: OutageRecord, by: str, at: datetime) -> None:
        row = {"outage": record.id, "revision": record.revision, "by": by, "at": at}
        recorded = field_values(record.outage, _RECORDED)
        await self._connection.execute(insert(outage_changes).values(**row, **recorded))

    async def changes(self, record: OutageRecord) -> Sequence[OutageChange]:
        """Return what was recorded of an outage, oldest first."""
        c = outage_changes.c
        statement = select(outage_changes).where(c.outage == record.id).order_by(c.revision)
        return [
            OutageChange(
                row.revision,
                row.by,
                row.at,
                replace(record.outage, **_recorded_fields(row, _RECORDED)),
            )
            for row in await self._connection.execute(statement)
        ]

    async def apply_policy(self, policy: OutagePolicy) -> None:
        """Record what is stopped by the outages that were recorded without it, once.

        Earlier versions applied the policy of the day to all outages.
        """
        statement = select(outages).where(outages.c.stopped_by_policy.is_(None))
        for row in (await self._connection.execute(statement)).all():
            stopped = policy.applied_to(_outage(row)).stopped_by_policy
            for table, id in ((outages, outages.c.id), (outage_changes, outage_changes.c.outage)):
                change = update(table).where(id == row.id, table.c.stopped_by_policy.is_(None))
                await self._connection.execute(change.values(stopped_by_policy=stopped))

    async def overridden(self) -> Sequence[Outage]:
        """Return the automatic outages that a person ended, and no recovery was seen since."""
        statement = select(outages).where(outages.c.overridden)
        return [_outage(row) for row in await self._connection.execute(statement)]

    async def forget_overrides(self, scope: OutageScope, office: str) -> None:
        """Record that what was overridden has recovered."""
        c = outages.c
        statement = update(outages).where(c.overridden, c.scope == scope, c.office == office)
        await self._connection.execute(statement.values(overridden=False))

    async def newest(self, limit: int, ongoing_only: bool) -> Sequence[OutageRecord]:
        """Return up to `limit` outages, newest first."""
        statement = select(outages).order_by(outages.c.number.desc()).limit(limit)
        if ongoing_only:
            statement = statement.where(outages.c.ended.is_(None))
        return [_record(row) for row in await self._connection.execute(statement)]

    async def ongoing(self) -> Mapping[str, Outage]:
        """Return the outages that have not ended by id, oldest first."""
        statement = select(outages).where(outages.c.ended.is_(None)).order_by(outages.c.number)
        return {row.id: _outage(row) for row in await self._connection.execute(statement)}

    async def affecting(self, office: str) -> Sequence[Outage]:
        """Return the outages of an office that last, or may have cost printing days.

        However long ago that was: the fraction of a book is carried over from the day before them.
        """
        c = outages.c
        statement = select(outages).where(
            or_(c.scope.in_(NATIONAL_SCOPES), c.office == office),
            or_(c.ended.is_(None), c.may_cost_printing_days),
        )
        return [_outage(row) for row in await self._connection.execute(statement)]

    async def of_scope(self, scope: OutageScope, office: str) -> Sequence[Outage]:
        """Return all outages, ended or not, of one scope and office."""
        c = outages.c
        statement = select(outages).where(c.scope == scope, c.office == office)
        return [_outage(row) for row in await self._connection.execute(statement)]

    async def overlapping(
        self, first: datetime, last: datetime, offices: Collection[str]
    ) -> Mapping[str, Outage]:
        """Return the outages of which a part lies between two instants by id, oldest first.

        offices: only those that affect one of them.
        """
        c = outages.c
        statement = (
            select(outages)
            .where(or_(c.ended.is_(None), c.ended > first), c.began <= last)
            .where(or_(c.scope.in_(NATIONAL_SCOPES), c.office.in_(offices)))
            .order_by(c.number)
        )
        return {row.id: _outage(row) for row in await self._connection.execute(statement)}

    async def count_cases(self, outage: Outage) -> int:
        """Return how many cases waited for its end, by index: those that still are in a state
        that waits for it, and those that left one since it began."""
        waiting = _waiting(outage)
        still = select(func.count()).select_from(applications).where(waiting)
        left = (
            select(func.count(history.c.case.distinct()))
            .where(_left(outage))
            .where(~select(applications.c.id).where(_is_case_of_history(), waiting).exists())
        )
        return int(await self._connection.scalar(still) or 0) + int(
            await self._connection.scalar(left) or 0
        )


def _waiting(outage: Outage) -> ColumnElement[bool]:
    """Return the condition that a case is in a state in which it waited before the end."""
    c = applications.c
    condition: ColumnElement[bool] = c.state.in_(outage.paused_states)
    if outage.only_office is not None:
        condition = and_(condition, c.office == outage.only_office)
    return condition if outage.ended is None else and_(condition, c.state_since < outage.ended)


def _left(outage: Outage) -> ColumnElement[bool]:
    """Return the condition that a case left a state in which it waited during the outage."""
    c = history.c
    condition = and_(c.source.in_(outage.paused_states), c.source != c.target, c.at > outage.began)
    if outage.only_office is not None:
        condition = and_(condition, c.office == outage.only_office)
    return condition if outage.ended is None else and_(condition, c.source_since < outage.ended)


def _is_case_of_history() -> ColumnElement[bool]:
    return applications.c.id == history.c.case


def _values(record: OutageRecord) -> dict[str, Any]:
    cases = None if record.outage.is_ongoing else record.cases
    return {
        **field_values(record.outage, _FIELDS),
        "cases": cases,
        "revision": record.revision,
        "overridden": record.overridden,
        "may_cost_printing_days": record.outage.may_cost_printing_days,
    }


def _record(row: Row[Any]) -> OutageRecord:
    return OutageRecord(row.id, _outage(row), row.cases, row.revision, row.overridden)


def _outage(row: Row[Any]) -> Outage:
    return Outage(**_recorded_fields(row, _FIELDS))


def _recorded_fields(row: Row[Any], names: Sequence[str]) -> dict[str, Any]:
    """Return fields of an outage; what it stops is empty if an earlier version recorded it."""
    return {**field_values(row, names), "stopped_by_policy": row.stopped_by_policy or frozenset()}
