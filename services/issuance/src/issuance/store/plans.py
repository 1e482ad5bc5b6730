"""What plans are made from, when they were last asked, and how far printers were heard."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.office import Machines
from issuance.store.tables import machines, plans, watches


class PlanStore:
    """Implements `use_cases.plan_records.Plans`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def touch(self, offices: Collection[str]) -> None:
        """Something happened that may change the plans of these offices."""
        statement = update(plans).where(plans.c.office.in_(sorted(offices)))
        await self._connection.execute(statement.values(changes=plans.c.changes + 1))

    async def asked_at(self, office: str) -> datetime:
        """When the notices that were due were last sent."""
        statement = select(plans.c.asked_at).where(plans.c.office == office)
        return cast(datetime, (await self._connection.execute(statement)).scalar_one())

    async def changes(self) -> Mapping[str, int]:
        """By office."""
        rows = await self._connection.execute(select(plans.c.office, plans.c.changes))
        return {row.office: row.changes for row in rows}

    async def asked(self, office: str, at: datetime) -> None:
        """The notices that were due at this time are sent."""
        statement = update(plans).where(plans.c.office == office).values(asked_at=at)
        await self._connection.execute(statement)

    async def machines(self, office: str) -> list[Machines]:
        """By day."""
        c = machines.c
        statement = select(c.since, c.count, c.books_per_day).where(c.office == office)
        return [
            Machines(*row) for row in await self._connection.execute(statement.order_by(c.since))
        ]

    async def set_machines(self, office: str, change: Machines) -> None:
        """From a day on; what was said of that day before is replaced."""
        c = machines.c
        same = delete(machines).where(c.office == office, c.since == change.since)
        await self._connection.execute(same)
        row = {"since": change.since, "count": change.count, "books_per_day": change.books_per_day}
        await self._connection.execute(insert(machines).values(office=office, **row))

    async def open(self, office: str, first: Machines, now: datetime) -> None:
        """Begin to plan for an office; nothing happens if it was begun before."""
        if await self._connection.scalar(select(plans.c.office).where(plans.c.office == office)):
            return
        await self._connection.execute(insert(plans).values(office=office, changes=0, asked_at=now))
        await self.set_machines(office, first)


class WatchStore:
    """Implements `use_cases.work_records.Watches`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def token(self, office: str) -> str:
        """Where to go on; empty at the beginning."""
        statement = select(watches.c.resume_token).where(watches.c.office == office)
        return await self._connection.scalar(statement) or ""

    async def keep(self, office: str, token: str) -> None:
        """Everything up to here is taken in."""
        statement = update(watches).where(watches.c.office == office)
        kept = await self._connection.execute(statement.values(resume_token=token))
        if kept.rowcount == 0:
            await self._connection.execute(
                insert(watches).values(office=office, resume_token=token)
            )
