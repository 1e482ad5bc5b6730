"""Registered machines in the database."""

from dataclasses import asdict

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.errors import MachineAlreadyRegistered, MachineNotFound
from printer.domain.machine import Machine
from printer.store.tables.machines import machines


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
        """Add a machine, or replace the one of the same id.

        Raises MachineAlreadyRegistered if another id has its printer-uuid.
        """
        try:
            async with self._connection.begin_nested():
                await self._replace_or_insert(machine)
        except IntegrityError:
            # With two ids it would be given two jobs at a time, each blocking the other.
            other = await self._connection.scalar(
                select(machines.c.machine_id).where(machines.c.printer_uuid == machine.printer_uuid)
            )
            raise MachineAlreadyRegistered(
                f"this is machine {other}", field="uri", machine_id=str(other)
            ) from None

    async def _replace_or_insert(self, machine: Machine) -> None:
        row = asdict(machine)
        saved = await self._connection.execute(
            update(machines).where(machines.c.machine_id == machine.machine_id).values(row)
        )
        if saved.rowcount == 0:
            await self._connection.execute(insert(machines).values(row))
