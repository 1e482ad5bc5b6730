"""Schedule and cancel the maintenance of machines."""

from printer.domain.attribution import Attribution
from printer.domain.maintenance import MaintenanceWindow
from printer.domain.movement import MachineAction, MachineEvent
from printer.store.records import Records


async def schedule_maintenance(records: Records, window: MaintenanceWindow) -> None:
    """Give the machine no job that would not be finished before the window, nor one within it.

    A job that it has is finished. Raises InvalidRequest if the window is over or ends before it
    begins, MachineNotFound.
    """
    window.require_ahead()
    await records.machines.get(window.machine_id)
    await records.maintenance.add(window)
    await records.machine_events.add(
        MachineEvent(
            machine_id=window.machine_id,
            action=MachineAction.MAINTENANCE_SCHEDULED,
            by=window.by,
            reason=window.reason,
            maintenance=window,
        )
    )


async def cancel_maintenance(
    records: Records, machine_id: str, window_id: str, by: Attribution, reason: str
) -> None:
    """Give the machine jobs as if the window had not been scheduled, or as if it ended now.

    Raises MachineNotFound, MaintenanceNotFound.
    """
    await records.machines.get(machine_id)
    window = await records.maintenance.cancel(machine_id, window_id, by.at)
    await records.machine_events.add(
        MachineEvent(
            machine_id=machine_id,
            action=MachineAction.MAINTENANCE_CANCELLED,
            by=by,
            reason=reason,
            maintenance=window,
        )
    )
