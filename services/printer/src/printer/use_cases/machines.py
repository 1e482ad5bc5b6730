"""Machines of the office: register, pause, resume, describe."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from servicekit.errors import InvalidRequest

from printer.domain.book import BookState
from printer.domain.errors import MachineAlreadyRegistered, MachineUnreachable
from printer.domain.machine import Machine, MachineState
from printer.domain.printer_client import (
    MachineUnavailable,
    PrinterClient,
    PrinterStatus,
    RequestRefused,
)
from printer.store.records import Records
from printer.use_cases.machine_monitor import MachineMonitor

# RFC 8011 section 5.4.12: the reason for a device that does not respond.
_UNREACHABLE = "timed-out"
# No keyword of RFC 8011: the machine at the address is not the one that was registered.
_REPLACED = "printer-uuid-changed"


@dataclass(frozen=True, slots=True)
class MachineView:
    """A machine as operators and administrators see it.

    reasons: printer-state-reasons, or why the machine cannot be used. books_printed: good ones.
    books_loaded: blank ones. last_contact_at: real time, None before the first answer.
    """

    machine: Machine
    state: MachineState
    reasons: tuple[str, ...]
    books_printed: int
    books_loaded: int
    last_contact_at: datetime | None


async def read_machine_status(connect: Callable[[str], PrinterClient], uri: str) -> PrinterStatus:
    """Return the status of the machine at an address.

    Raises InvalidRequest if `uri` is not such an address, MachineUnreachable if none answers.
    """
    try:
        return await connect(uri).get_status()
    except ValueError as error:
        raise InvalidRequest(str(error), field="uri") from None
    except (MachineUnavailable, RequestRefused) as error:
        raise MachineUnreachable(f"no machine answers at {uri}: {error}", field="uri") from error


async def register_machine(
    records: Records, machine_id: str, uri: str, status: PrinterStatus
) -> None:
    """Add a machine, or change the address of a known one, which stays paused if it was.

    Raises MachineAlreadyRegistered if the machine is known by another id.
    """
    known = {machine.machine_id: machine for machine in await records.machines.all()}
    for other in known.values():
        # With two ids it would be given two jobs at a time, each blocking the other.
        if other.printer_uuid == status.printer_uuid and other.machine_id != machine_id:
            raise MachineAlreadyRegistered(
                f"this is machine {other.machine_id}", field="uri", machine_id=other.machine_id
            )
    paused = machine_id in known and known[machine_id].paused
    await records.machines.put(Machine(machine_id, uri, status.printer_uuid, paused))


async def set_paused(records: Records, machine_id: str, *, paused: bool) -> None:
    """Stop or resume giving jobs to a machine; raise MachineNotFound."""
    machine = await records.machines.get(machine_id)
    await records.machines.put(replace(machine, paused=paused))


async def view_machines(records: Records, monitor: MachineMonitor) -> list[MachineView]:
    """Return all machines, by id."""
    printed = await records.books.count_by_machine(BookState.ISSUED)
    loaded = await records.books.count_by_machine(BookState.LOADED)
    views = []
    for machine in await records.machines.all():
        status = monitor.last_status(machine.machine_id)
        views.append(
            MachineView(
                machine=machine,
                state=await _state(records, monitor, machine),
                reasons=_reasons(monitor, machine),
                books_printed=printed.get(machine.machine_id, 0),
                books_loaded=loaded.get(machine.machine_id, 0),
                last_contact_at=status.answered_at if status else None,
            )
        )
    return views


async def _state(records: Records, monitor: MachineMonitor, machine: Machine) -> MachineState:
    if machine.paused:
        return MachineState.PAUSED
    if not monitor.is_ready(machine.machine_id) or _is_replaced(monitor, machine):
        return MachineState.UNAVAILABLE
    job = await records.jobs.at_machine(machine.machine_id)
    return MachineState.PRINTING if job else MachineState.IDLE


def _reasons(monitor: MachineMonitor, machine: Machine) -> tuple[str, ...]:
    status = monitor.last_status(machine.machine_id)
    if status is None or not monitor.is_reachable(machine.machine_id):
        return (_UNREACHABLE,)
    if _is_replaced(monitor, machine):
        return (_REPLACED, *status.state_reasons)
    return status.state_reasons


def _is_replaced(monitor: MachineMonitor, machine: Machine) -> bool:
    status = monitor.last_status(machine.machine_id)
    return status is not None and status.printer_uuid != machine.printer_uuid
