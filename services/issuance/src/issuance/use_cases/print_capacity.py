"""How many machines an office prints with; the plan changes with them."""

from datetime import date, datetime

from issuance.domain.office import InstalledMachines, Office
from issuance.domain.working_time import BadDate
from issuance.store.records import Records


async def machines_on(records: Records, office: Office, day: date) -> InstalledMachines:
    """Return the machines of an office on a day."""
    changes = await records.plans.machines(office.id)
    return next((change for change in reversed(changes) if change.since <= day), changes[0])


async def set_machines(
    records: Records, office: Office, machines: InstalledMachines, now: datetime
) -> None:
    """Set the machines from a day on. Raises BadDate for a day that has passed."""
    if machines.since < office.calendar.day_of(now):
        raise BadDate(
            "capacity cannot be changed for days that have passed", field="effective_from"
        )
    await records.plans.set_machines(office.id, machines)
    await records.plans.count_change([office.id])
