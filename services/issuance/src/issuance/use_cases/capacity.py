"""How much an office prints: machines change from a day on, and so does the plan."""

from datetime import date, datetime

from issuance.domain.office import Machines, Office
from issuance.domain.working_time import BadDate
from issuance.use_cases.records import Records


async def at_work(records: Records, office: Office, day: date) -> Machines:
    """The machines of an office on a day."""
    changes = await records.plans.machines(office.id)
    return next((change for change in reversed(changes) if change.since <= day), changes[0])


async def set_machines(records: Records, office: Office, change: Machines, now: datetime) -> None:
    """From its day on there are so many. Raises BadDate for a day that has passed."""
    if change.since < office.calendar.day_of(now):
        raise BadDate("what was printed cannot be changed", field="effective_from")
    await records.plans.set_machines(office.id, change)
    await records.plans.touch([office.id])


async def open_offices(records: Records, offices: list[Office], now: datetime) -> None:
    """Begin to plan for offices that are new, with the machines of their settings."""
    for office in offices:
        today = office.calendar.day_of(now)
        first = Machines(today, office.machines, office.books_per_machine_per_day)
        await records.plans.open(office.id, first, now)
