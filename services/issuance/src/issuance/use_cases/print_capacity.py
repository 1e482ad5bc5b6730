"""How many machines an office prints with; the plan changes with them."""

from datetime import date, datetime

from issuance.domain.actor import Actor
from issuance.domain.office import InstalledMachines, Office
from issuance.domain.office_history import OfficeEvent, describe_machines
from issuance.domain.working_time import BadDate
from issuance.store.records import Records
from issuance.use_cases.record_office_change import record_office_change


async def machines_on(records: Records, office: Office, day: date) -> InstalledMachines:
    """Return the machines of an office on a day."""
    changes = await records.plans.machines(office.id)
    return next((change for change in reversed(changes) if change.since <= day), changes[0])


async def set_capacity(
    records: Records, office: Office, machines: InstalledMachines, by: Actor, now: datetime
) -> None:
    """Set the machines from a day on, for somebody. Raises BadDate for a day that has passed."""
    before = await machines_on(records, office, machines.since)
    await set_machines(records, office, machines, now)
    await record_office_change(
        records, office.id, OfficeEvent.SET_CAPACITY,
        describe_machines(before), describe_machines(machines), by, now, machines.since,
    )  # fmt: skip


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
