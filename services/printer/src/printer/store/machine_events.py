"""What people did with machines, in the database."""

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.movement import MachineEvent
from printer.domain.serial_range import SerialRange
from printer.store.maintenance import MaintenanceRecords
from printer.store.tables.machines import machine_history


class MachineEventRecords:
    """Events of machines as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._maintenance = MaintenanceRecords(connection)

    async def add(self, event: MachineEvent) -> None:
        """Store an event under the next number; its own is ignored."""
        row = {
            "machine_id": event.machine_id,
            "action": event.action,
            "at": event.by.at,
            "who": event.by.who,
            "reason": event.reason,
            "uri": event.uri,
            "printer_uuid": event.printer_uuid,
            "certificate_sha256": event.certificate_sha256,
            "first_serial": event.books.first if event.books else None,
            "book_count": event.books.count if event.books else None,
            "window_id": event.maintenance.window_id if event.maintenance else None,
        }
        await self._connection.execute(insert(machine_history).values(row))

    async def of_machine(self, machine_id: str, after: int, limit: int) -> list[MachineEvent]:
        """Return the events of a machine after an event's number, oldest first."""
        c = machine_history.c
        found = await self._connection.execute(
            select(machine_history)
            .where(c.machine_id == machine_id, c.event_number > after)
            .order_by(c.event_number)
            .limit(limit)
        )
        rows = found.all()
        windows = await self._maintenance.of_ids({row.window_id for row in rows if row.window_id})
        return [
            MachineEvent(
                event_number=row.event_number,
                machine_id=row.machine_id,
                action=row.action,
                by=Attribution(row.who, row.at),
                reason=row.reason,
                uri=row.uri,
                printer_uuid=row.printer_uuid,
                certificate_sha256=row.certificate_sha256,
                books=SerialRange(row.first_serial, row.book_count) if row.first_serial else None,
                maintenance=windows.get(row.window_id),
            )
            for row in rows
        ]
