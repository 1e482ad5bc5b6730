"""What was seen of the machines, in the database: written by the dispatcher, read by all."""

import math
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.machine_observations import MachineObservations
from printer.domain.printer_client import PrinterStatus
from printer.store.tables.machines import machine_observations as table


class MachineObservationRecords:
    """Observations of machines as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> dict[str, MachineObservations]:
        """Return what was last stored of each machine, by id."""
        rows = await self._connection.execute(select(table))
        return {row.machine_id: _observations(row) for row in rows}

    async def put(self, machine_id: str, observed: MachineObservations) -> None:
        """Store what was seen of a machine in place of what was stored before."""
        row = _row(observed)
        saved = await self._connection.execute(
            update(table).where(table.c.machine_id == machine_id).values(row)
        )
        if saved.rowcount == 0:
            await self._connection.execute(insert(table).values(row | {"machine_id": machine_id}))


def _row(observed: MachineObservations) -> dict[str, Any]:
    status = observed.status
    return {
        "printer_uuid": status and status.printer_uuid,
        "up_time": status and status.up_time,
        "asked_at": status and status.asked_at,
        "answered_at": status and status.answered_at,
        "idle": status and status.idle,
        "stopped": status and status.stopped,
        "accepting_jobs": status and status.accepting_jobs,
        "state_reasons": list(status.state_reasons) if status else [],
        "unreachable_since": observed.unreachable_since,
        "certificate_changed": observed.certificate_changed,
        "backoff_until": None if math.isinf(observed.backoff_until) else observed.backoff_until,
        "failures_in_a_row": observed.failures_in_a_row,
        "job_started": observed.job_started,
        "seconds_per_book": observed.seconds_per_book,
    }


def _observations(row: Row[Any]) -> MachineObservations:
    return MachineObservations(
        status=None if row.printer_uuid is None else _status(row),
        unreachable_since=row.unreachable_since,
        certificate_changed=row.certificate_changed,
        backoff_until=-math.inf if row.backoff_until is None else row.backoff_until,
        failures_in_a_row=row.failures_in_a_row,
        job_started=row.job_started,
        seconds_per_book=row.seconds_per_book,
    )


def _status(row: Row[Any]) -> PrinterStatus:
    return PrinterStatus(
        printer_uuid=row.printer_uuid,
        up_time=row.up_time,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        idle=row.idle,
        stopped=row.stopped,
        accepting_jobs=row.accepting_jobs,
        state_reasons=tuple(row.state_reasons),
    )
