"""Registered machines in the database."""

from dataclasses import asdict

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.errors import MachineNotFound
from printer.domain.machine import Machine
from printer.store.tables import machines


class MachineRecords:
    """Machines as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, machine_id: str) -> Machine:
        """Return one machine; raise MachineNotFound if there is none of this id."""
        statement = select(machines).where(machines.c.machine_id == machine_id)
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise MachineNotFound("no such machine", field="machine_id")
        return Machine(**row._mapping)

    async def all(self) -> list[Machine]:
        """Return all machines, by id."""
        rows = await self._connection.execute(select(machines).order_by(machines.c.machine_id))
        return [Machine(**row._mapping) for row in rows]

    async def put(self, machine: Machine) -> None:
        """Add a machine, or replace the one of the same id."""
        row = asdict(machine)
        saved = await self._connection.execute(
            update(machines).where(machines.c.machine_id == machine.machine_id).values(row)
        )
        if saved.rowcount == 0:
            await self._connection.execute(insert(machines).values(row))
