"""The circuit breakers of the offices' printers in the database, shared by all replicas."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.circuit_breaker import CircuitBreaker
from issuance.store.tables.printing import printer_circuits


class PrinterCircuits:
    """Reads and writes the circuit of each office's printer."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, office: str) -> None:
        """Begin with a closed circuit, unless the office has one."""
        c = printer_circuits.c
        if await self._connection.scalar(select(c.office).where(c.office == office)) is None:
            row = {"office": office, "failures": 0}
            await self._connection.execute(insert(printer_circuits).values(**row))

    async def remove(self, office: str) -> None:
        """Forget the circuit of an office that is removed."""
        await self._connection.execute(
            delete(printer_circuits).where(printer_circuits.c.office == office)
        )

    async def get(self, office: str) -> CircuitBreaker:
        """Return the circuit of an office; closed if nothing is known."""
        statement = select(printer_circuits).where(printer_circuits.c.office == office)
        row = (await self._connection.execute(statement)).one_or_none()
        return CircuitBreaker(row.failures, row.probe_at) if row else CircuitBreaker()

    async def all(self) -> Mapping[str, CircuitBreaker]:
        """Return the circuits by office."""
        rows = await self._connection.execute(select(printer_circuits))
        return {row.office: CircuitBreaker(row.failures, row.probe_at) for row in rows}

    async def lock(self, offices: Collection[str]) -> Mapping[str, CircuitBreaker]:
        """Return the circuits of these offices, locked; without those that others have locked."""
        statement = select(printer_circuits).where(printer_circuits.c.office.in_(offices))
        rows = await self._connection.execute(statement.with_for_update(skip_locked=True))
        return {row.office: CircuitBreaker(row.failures, row.probe_at) for row in rows}

    async def change(self, office: str) -> CircuitBreaker:
        """Return the circuit of an office, locked, to be saved in the same transaction."""
        c = printer_circuits.c
        statement = select(printer_circuits).where(c.office == office).with_for_update()
        row = (await self._connection.execute(statement)).one()
        return CircuitBreaker(row.failures, row.probe_at)

    async def save(self, office: str, circuit: CircuitBreaker) -> None:
        """Store the circuit of an office."""
        statement = update(printer_circuits).where(printer_circuits.c.office == office)
        values = {"failures": circuit.failures, "probe_at": circuit.probe_at}
        await self._connection.execute(statement.values(**values))
