"""Measure what the machines of the office did in a period."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from servicekit.errors import InvalidRequest

from printer.domain.throughput import Period, Throughput, throughput
from printer.store.records import Records
from printer.use_cases.machine_monitor import MachineMonitor

# Enough to even out single days, and short enough to follow a machine that becomes slower.
_USUAL_PERIOD = timedelta(days=14)
_LONGEST_PERIOD = timedelta(days=366)


def measured_period(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> Period:
    """Return the period asked for: until now and of 14 days where nothing is said.

    Raises InvalidRequest for one that ends before it begins or is longer than 366 days.
    """
    ends_at = min(ends_at or now, now)
    if starts_at is None:
        starts_at = _before(ends_at)
    if ends_at <= starts_at:
        raise InvalidRequest("the period ends before it begins", field="ends_at")
    if ends_at - starts_at > _LONGEST_PERIOD:
        raise InvalidRequest("the period is longer than 366 days", field="starts_at")
    return Period(starts_at, ends_at)


def _before(ends_at: datetime) -> datetime:
    try:
        return ends_at - _USUAL_PERIOD
    except OverflowError:
        raise InvalidRequest("not a time that can be used here", field="ends_at") from None


async def measure_throughput(
    records: Records, monitor: MachineMonitor, period: Period, zone: ZoneInfo
) -> tuple[list[Throughput], Throughput]:
    """Return the throughput of each machine, by id, and that of all together.

    zone: says when a working day begins and ends.
    """
    monitor.load(await records.machine_observations.all())
    books = await records.throughput.finished_books(period)
    uses = await records.throughput.uses(period)
    machine_ids = {machine.machine_id for machine in await records.machines.all()}
    machine_ids |= {each.machine_id for each in books}
    of_machines = [
        throughput(
            machine_id,
            (each for each in books if each.machine_id == machine_id),
            (use for use in uses if use.machine_id == machine_id),
            period,
            zone,
            monitor.seconds_per_book(machine_id),
        )
        for machine_id in sorted(machine_ids)
    ]
    return of_machines, throughput("", books, uses, period, zone)
