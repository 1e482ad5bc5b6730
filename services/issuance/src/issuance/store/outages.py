"""Outages, and who waits for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.outage import Outage, Scope
from issuance.domain.owed import WAIT_FOR
from issuance.domain.working_time import Period
from issuance.store.cases import values
from issuance.store.tables import applications, outage_cases, outages
from issuance.use_cases.kept import KeptOutage, Link
from issuance.use_cases.outages import OutageNotFound

_FIELDS = [field.name for field in fields(Outage)]


class OutageStore:
    """Implements `use_cases.plan_records.Outages`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, kept: KeptOutage) -> None:
        """A new one."""
        await self._connection.execute(
            insert(outages).values(id=kept.id, **values(kept.outage, _FIELDS))
        )

    async def get(self, outage: str) -> KeptOutage:
        """With the number of its cases."""
        row = (await self._connection.execute(_kept().where(outages.c.id == outage))).one_or_none()
        if row is None:
            raise OutageNotFound("there is no such outage", field="outage_id")
        return _kept_outage(row)

    async def save(self, kept: KeptOutage) -> None:
        """Its end, mostly."""
        statement = update(outages).where(outages.c.id == kept.id)
        await self._connection.execute(statement.values(**values(kept.outage, _FIELDS)))

    async def newest(self, limit: int, open_only: bool) -> Sequence[KeptOutage]:
        """Newest first."""
        statement = _kept().order_by(outages.c.number.desc()).limit(limit)
        if open_only:
            statement = statement.where(outages.c.ended.is_(None))
        return [_kept_outage(row) for row in await self._connection.execute(statement)]

    async def lasting(self) -> Mapping[str, Outage]:
        """Those without an end by id, oldest first."""
        statement = select(outages).where(outages.c.ended.is_(None)).order_by(outages.c.number)
        return {row.id: _outage(row) for row in await self._connection.execute(statement)}

    async def reaching(self, office: str) -> Sequence[Outage]:
        """All that an office suffers or suffered from."""
        c = outages.c
        where = or_(c.scope == Scope.MATCHER, c.office == office)
        statement = select(outages).where(where)
        return [_outage(row) for row in await self._connection.execute(statement)]

    async def of_scope(self, scope: Scope, office: str) -> Sequence[Outage]:
        """All of one scope and office."""
        c = outages.c
        statement = select(outages).where(c.scope == scope, c.office == office)
        return [_outage(row) for row in await self._connection.execute(statement)]

    async def link(self, outage: str, case: str, since: datetime) -> None:
        """The case waits for it; once is enough."""
        c = outage_cases.c
        known = select(c.case).where(c.outage == outage, c.case == case)
        if await self._connection.scalar(known) is None:
            row = {"outage": outage, "case": case, "since": since}
            await self._connection.execute(insert(outage_cases).values(**row))

    async def link_waiting(self, kept: KeptOutage) -> None:
        """Everybody who waits for it now."""
        c, outage = applications.c, kept.outage
        began = literal(outage.began, c.since.type)
        waiting = select(
            literal(kept.id), c.id, case((c.since > began, c.since), else_=began)
        ).where(c.state.in_(WAIT_FOR[outage.scope]))
        if outage.scope is not Scope.MATCHER:
            waiting = waiting.where(c.office == outage.office)
        await self._connection.execute(
            insert(outage_cases).from_select(["outage", "case", "since"], waiting)
        )

    async def links(self, cases: Collection[str]) -> Mapping[str, Sequence[Link]]:
        """What each case waited or waits for."""
        c, o = outage_cases.c, outages.c
        statement = (
            select(c.case, c.outage, c.since, o.ended, o.expected_end)
            .join(outages, o.id == c.outage)
            .where(c.case.in_(cases))
            .order_by(o.number)
        )
        found: dict[str, list[Link]] = {}
        if not cases:
            return found
        for row in await self._connection.execute(statement):
            link = Link(row.outage, Period(row.since, row.ended), row.expected_end)
            found.setdefault(row.case, []).append(link)
        return found


def _kept() -> Select[Any]:
    waiting = select(func.count()).where(outage_cases.c.outage == outages.c.id).scalar_subquery()
    return select(outages, waiting.label("cases"))


def _kept_outage(row: Row[Any]) -> KeptOutage:
    return KeptOutage(row.id, _outage(row), row.cases)


def _outage(row: Row[Any]) -> Outage:
    return Outage(**{name: getattr(row, name) for name in _FIELDS})
