"""Machines of the office: register, pause, resume, describe."""

from dataclasses import dataclass, replace
from datetime import datetime

from servicekit.errors import InvalidRequest

from printer.domain.attribution import Attribution
from printer.domain.book import BookState
from printer.domain.errors import MachineUnreachable
from printer.domain.machine import Machine, MachineState
from printer.domain.machine_selection import MachineCapacity
from printer.domain.maintenance import MaintenanceWindow, before_maintenance, current_window
from printer.domain.movement import MachineAction, MachineEvent
from printer.domain.printer_client import (
    CertificateChanged,
    Connect,
    MachineUnavailable,
    PrinterStatus,
    RequestRefused,
)
from printer.store.records import Records
from printer.use_cases.machine_monitor import MachineMonitor

# RFC 8011 section 5.4.12: the reason for a device that does not respond.
_UNREACHABLE = "timed-out"
# No keyword of RFC 8011: another certificate than the registered one was shown.
_CERTIFICATE_CHANGED = "certificate-changed"
# No keyword of RFC 8011: the machine at the address is not the one that was registered.
_REPLACED = "printer-uuid-changed"


@dataclass(frozen=True, slots=True)
class MachineView:
    """A machine as operators and administrators see it.

    reasons: printer-state-reasons, or why the machine cannot be used. books_printed: good ones.
    books_loaded: blank ones. maintenance: windows that are not over, by start. last_contact_at:
    real time, None before the first answer.
    """

    machine: Machine
    state: MachineState
    reasons: tuple[str, ...]
    books_printed: int
    books_loaded: int
    maintenance: tuple[MaintenanceWindow, ...]
    last_contact_at: datetime | None


async def read_machine_status(
    connect: Connect, uri: str, certificate_sha256: bytes | None
) -> PrinterStatus:
    """Return the status of the machine at an address.

    Raises InvalidRequest if `uri` is not such an address or another certificate is shown there,
    MachineUnreachable if no machine answers.
    """
    try:
        return await connect(uri, certificate_sha256).get_status()
    except CertificateChanged as error:
        raise InvalidRequest(str(error), field="certificate_sha256") from error
    except ValueError as error:
        raise InvalidRequest(str(error), field="uri") from None
    except (MachineUnavailable, RequestRefused) as error:
        raise MachineUnreachable(f"no machine answers at {uri}: {error}", field="uri") from error


async def register_machine(
    records: Records,
    machine_id: str,
    uri: str,
    certificate_sha256: bytes | None,
    status: PrinterStatus,
    by: Attribution,
) -> None:
    """Add a machine, or change address and certificate of a known one.

    It stays paused if it was. Raises MachineAlreadyRegistered if the machine is known by another
    id.
    """
    known = await records.machines.all()
    paused = any(machine.paused for machine in known if machine.machine_id == machine_id)
    machine = Machine(machine_id, uri, status.printer_uuid, paused, certificate_sha256)
    await records.machines.put(machine)
    await records.machine_events.add(
        MachineEvent(
            machine_id=machine_id,
            action=MachineAction.REGISTERED,
            by=by,
            uri=uri,
            printer_uuid=status.printer_uuid,
            certificate_sha256=certificate_sha256,
        )
    )


async def set_paused(
    records: Records, machine_id: str, by: Attribution, reason: str = "", *, paused: bool
) -> None:
    """Stop or resume giving jobs to a machine; raise MachineNotFound."""
    machine = await records.machines.get(machine_id)
    await records.machines.put(replace(machine, paused=paused))
    action = MachineAction.PAUSED if paused else MachineAction.RESUMED
    event = MachineEvent(machine_id=machine_id, action=action, by=by, reason=reason)
    await records.machine_events.add(event)


async def view_machines(
    records: Records, monitor: MachineMonitor, now: datetime
) -> list[MachineView]:
    """Return all machines, by id, as the dispatcher sees them: this process or another one.

    now: business time.
    """
    monitor.load(await records.machine_observations.all())
    printed = await records.books.count_by_machine(BookState.ISSUED, BookState.HANDED_OVER)
    loaded = await records.books.count_by_machine(BookState.LOADED)
    windows = await records.maintenance.not_over(now)
    machines = await records.machines.all()
    ready = monitor.capacities(machine.machine_id for machine in machines)
    capacities = {each.machine_id: each for each in before_maintenance(ready, windows, now)}
    views = []
    for machine in machines:
        status = monitor.last_status(machine.machine_id)
        maintenance = windows.get(machine.machine_id, [])
        in_maintenance = current_window(maintenance, now) is not None
        capacity = capacities.get(machine.machine_id)
        views.append(
            MachineView(
                machine=machine,
                state=await _state(records, monitor, machine, in_maintenance, capacity),
                reasons=_reasons(monitor, machine),
                books_printed=printed.get(machine.machine_id, 0),
                books_loaded=loaded.get(machine.machine_id, 0),
                maintenance=tuple(maintenance),
                last_contact_at=status.answered_at if status else None,
            )
        )
    return views


async def _state(
    records: Records,
    monitor: MachineMonitor,
    machine: Machine,
    in_maintenance: bool,
    capacity: MachineCapacity | None,
) -> MachineState:
    """Return the state of a machine. capacity: None unless the machine is ready."""
    if machine.paused:
        return MachineState.PAUSED
    if in_maintenance:
        return MachineState.MAINTENANCE
    if capacity is None or _is_replaced(monitor, machine):
        return MachineState.UNAVAILABLE
    if await records.jobs.at_machine(machine.machine_id):
        return MachineState.PRINTING
    return MachineState.IDLE if capacity.finishes_in_time(0.0) else MachineState.MAINTENANCE


def _reasons(monitor: MachineMonitor, machine: Machine) -> tuple[str, ...]:
    status = monitor.last_status(machine.machine_id)
    if monitor.is_certificate_changed(machine.machine_id):
        return (_CERTIFICATE_CHANGED,)
    if status is None or not monitor.is_reachable(machine.machine_id):
        return (_UNREACHABLE,)
    if _is_replaced(monitor, machine):
        return (_REPLACED, *status.state_reasons)
    return status.state_reasons


def _is_replaced(monitor: MachineMonitor, machine: Machine) -> bool:
    status = monitor.last_status(machine.machine_id)
    return status is not None and status.printer_uuid != machine.printer_uuid
