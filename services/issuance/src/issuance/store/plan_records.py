"""What plans are made from besides cases and outages: changes, machines, and the last notices."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.office import InstalledMachines
from issuance.store.tables.offices import installed_machines, office_plans


class PlanRecords:
    """Reads and writes the state of planning of each office."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_office(self, office: str, machines: InstalledMachines, now: datetime) -> None:
        """Begin to plan for an office with its first machines, unless that was done before."""
        c = office_plans.c
        if await self._connection.scalar(select(c.office).where(c.office == office)):
            return
        row = {"office": office, "change_count": 0, "notified_at": now}
        await self._connection.execute(insert(office_plans).values(**row))
        await self.set_machines(office, machines)

    async def count_change(self, offices: Iterable[str]) -> None:
        """Record that something happened that may change the plans of these offices."""
        c = office_plans.c
        statement = update(office_plans).where(c.office.in_(sorted(offices)))
        await self._connection.execute(statement.values(change_count=c.change_count + 1))

    async def change_counts(self) -> Mapping[str, int]:
        """Return how often something happened that may change the plan, by office."""
        c = office_plans.c
        rows = await self._connection.execute(select(c.office, c.change_count))
        return {row.office: row.change_count for row in rows}

    async def progress(self, office: str) -> tuple[int, datetime]:
        """Return the change count of an office, and for which time its due notices were sent.

        The time is that of the last working day that opened, or earlier.
        """
        c = office_plans.c
        statement = select(c.change_count, c.notified_at).where(c.office == office)
        row = (await self._connection.execute(statement)).one()
        return row.change_count, row.notified_at

    async def set_notified_at(self, office: str, at: datetime) -> None:
        """Record that the notices due at this time were sent."""
        statement = update(office_plans).where(office_plans.c.office == office)
        await self._connection.execute(statement.values(notified_at=at))

    async def machines(self, office: str) -> list[InstalledMachines]:
        """Return the machines of an office, sorted by the day from which they print."""
        c = installed_machines.c
        statement = select(c.since, c.count, c.books_per_day).where(c.office == office)
        rows = await self._connection.execute(statement.order_by(c.since))
        return [InstalledMachines(*row) for row in rows]

    async def set_machines(self, office: str, machines: InstalledMachines) -> None:
        """Store the machines from a day on, in place of what was stored for that day."""
        c = installed_machines.c
        same_day = delete(installed_machines).where(c.office == office, c.since == machines.since)
        await self._connection.execute(same_day)
        await self._connection.execute(
            insert(installed_machines).values(
                office=office,
                since=machines.since,
                count=machines.count,
                books_per_day=machines.books_per_day,
            )
        )
