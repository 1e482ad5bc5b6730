"""Outages in the database, and the links of cases to the outages that they wait for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.clock_pause import PAUSED_STATES, CaseOutageLink, ClockPause
from issuance.domain.outage import Outage, OutageNotFound, OutageScope
from issuance.store.field_values import field_values
from issuance.store.tables import applications, case_outage_links, outages

_FIELDS = [field.name for field in fields(Outage)]


@dataclass(frozen=True, slots=True)
class OutageRecord:
    """An outage with its id. cases: how many cases wait or waited for it."""

    id: str
    outage: Outage
    cases: int = 0


class OutageRecords:
    """Reads and writes outages and their links to cases."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, record: OutageRecord) -> None:
        """Insert a new outage."""
        await self._connection.execute(
            insert(outages).values(id=record.id, **field_values(record.outage, _FIELDS))
        )

    async def get(self, outage: str) -> OutageRecord:
        """Return an outage. Raises OutageNotFound."""
        statement = _with_case_count().where(outages.c.id == outage)
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise OutageNotFound("there is no such outage", field="outage_id")
        return _record(row)

    async def save(self, record: OutageRecord) -> None:
        """Update an outage."""
        statement = update(outages).where(outages.c.id == record.id)
        await self._connection.execute(statement.values(**field_values(record.outage, _FIELDS)))

    async def newest(self, limit: int, ongoing_only: bool) -> Sequence[OutageRecord]:
        """Return up to `limit` outages, newest first."""
        statement = _with_case_count().order_by(outages.c.number.desc()).limit(limit)
        if ongoing_only:
            statement = statement.where(outages.c.ended.is_(None))
        return [_record(row) for row in await self._connection.execute(statement)]

    async def ongoing(self) -> Mapping[str, Outage]:
        """Return the outages that have not ended by id, oldest first."""
        statement = select(outages).where(outages.c.ended.is_(None)).order_by(outages.c.number)
        return {row.id: _outage(row) for row in await self._connection.execute(statement)}

    async def affecting(self, office: str) -> Sequence[Outage]:
        """Return all outages, ended or not, that affect or affected an office."""
        c = outages.c
        where = or_(c.scope == OutageScope.MATCHER, c.office == office)
        statement = select(outages).where(where)
        return [_outage(row) for row in await self._connection.execute(statement)]

    async def of_scope(self, scope: OutageScope, office: str) -> Sequence[Outage]:
        """Return all outages, ended or not, of one scope and office."""
        c = outages.c
        statement = select(outages).where(c.scope == scope, c.office == office)
        return [_outage(row) for row in await self._connection.execute(statement)]

    async def link_case(self, outage: str, case: str, since: datetime) -> None:
        """Link a case to an outage that it waits for from `since` on, unless it is linked."""
        c = case_outage_links.c
        known = select(c.case).where(c.outage == outage, c.case == case)
        if await self._connection.scalar(known) is None:
            row = {"outage": outage, "case": case, "waiting_since": since}
            await self._connection.execute(insert(case_outage_links).values(**row))

    async def link_waiting_cases(self, record: OutageRecord) -> None:
        """Link a new outage to every case whose clock it pauses now.

        The pause begins with the outage, or when the case entered its state, whichever is later.
        """
        c, outage = applications.c, record.outage
        began = literal(outage.began, c.state_since.type)
        waiting = select(
            literal(record.id), c.id, case((c.state_since > began, c.state_since), else_=began)
        ).where(c.state.in_(PAUSED_STATES[outage.scope]))
        if outage.only_office is not None:
            waiting = waiting.where(c.office == outage.only_office)
        await self._connection.execute(
            insert(case_outage_links).from_select(["outage", "case", "waiting_since"], waiting)
        )

    async def links(self, cases: Collection[str]) -> Mapping[str, Sequence[CaseOutageLink]]:
        """Return the outage links of each case, oldest outage first; without links: missing."""
        c, o = case_outage_links.c, outages.c
        statement = (
            select(c.case, c.outage, c.waiting_since, o.ended, o.expected_end)
            .join(outages, o.id == c.outage)
            .where(c.case.in_(cases))
            .order_by(o.number)
        )
        found: dict[str, list[CaseOutageLink]] = {}
        if not cases:
            return found
        for row in await self._connection.execute(statement):
            pause = ClockPause(row.waiting_since, row.ended)
            link = CaseOutageLink(row.outage, pause, row.expected_end)
            found.setdefault(row.case, []).append(link)
        return found


def _with_case_count() -> Select[Any]:
    links = case_outage_links
    count = select(func.count()).where(links.c.outage == outages.c.id).scalar_subquery()
    return select(outages, count.label("cases"))


def _record(row: Row[Any]) -> OutageRecord:
    return OutageRecord(row.id, _outage(row), row.cases)


def _outage(row: Row[Any]) -> Outage:
    return Outage(**field_values(row, _FIELDS))
