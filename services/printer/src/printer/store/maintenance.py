"""Maintenance windows of machines in the database."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.errors import MaintenanceNotFound
from printer.domain.maintenance import MaintenanceWindow
from printer.store.tables.machines import maintenance_windows as table


class MaintenanceRecords:
    """Maintenance windows as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, window: MaintenanceWindow) -> None:
        """Store a window of a registered machine."""
        row = {
            "window_id": window.window_id,
            "machine_id": window.machine_id,
            "starts_at": window.starts_at,
            "ends_at": window.ends_at,
            "reason": window.reason,
            "scheduled_by": window.by.who,
            "scheduled_at": window.by.at,
        }
        await self._connection.execute(insert(table).values(row))

    async def cancel(self, machine_id: str, window_id: str, at: datetime) -> MaintenanceWindow:
        """Cancel a window that is not over, and return it; raise MaintenanceNotFound otherwise."""
        rows = await self._connection.execute(
            update(table)
            .where(
                table.c.window_id == window_id,
                table.c.machine_id == machine_id,
                table.c.cancelled_at.is_(None),
                table.c.ends_at > at,
            )
            .values(cancelled_at=at)
            .returning(*table.c)
        )
        row = rows.one_or_none()
        if row is None:
            raise MaintenanceNotFound(
                "the machine has no such window that is not over", field="window_id"
            )
        return _window(row)

    async def of_ids(self, window_ids: Collection[str]) -> dict[str, MaintenanceWindow]:
        """Return the windows of some ids, cancelled ones too, by id."""
        rows = await self._connection.execute(
            select(table).where(table.c.window_id.in_(window_ids))
        )
        return {row.window_id: _window(row) for row in rows}

    async def not_over(self, now: datetime) -> dict[str, list[MaintenanceWindow]]:
        """Return the windows that were not cancelled and end after now, by machine and start."""
        rows = await self._connection.execute(
            select(table)
            .where(table.c.cancelled_at.is_(None), table.c.ends_at > now)
            .order_by(table.c.starts_at, table.c.window_id)
        )
        windows: dict[str, list[MaintenanceWindow]] = defaultdict(list)
        for row in rows:
            windows[row.machine_id].append(_window(row))
        return windows


def _window(row: Row[Any]) -> MaintenanceWindow:
    return MaintenanceWindow(
        window_id=row.window_id,
        machine_id=row.machine_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason,
        by=Attribution(row.scheduled_by, row.scheduled_at),
    )
