"""Machines: made known, paused, resumed, described."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from servicekit.errors import InvalidRequest

from printer.domain.book import BookState
from printer.domain.errors import MachineAlreadyRegistered, MachineUnreachable
from printer.domain.machine import Machine, MachineRefused, MachineSilent, Sighting
from printer.use_cases.floor import Floor
from printer.use_cases.records import Records
from printer.use_cases.tend import Link

# RFC 8011 section 5.4.12: the reason for a device that cannot be contacted.
_SILENT = "timed-out"
# A word of ours: what answers at the address is not the machine that was registered.
_EXCHANGED = "printer-uuid-changed"


class MachineState(Enum):
    """What a machine does."""

    IDLE = "IDLE"
    PRINTING = "PRINTING"
    PAUSED = "PAUSED"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class MachineView:
    """A machine as people want to see it. last_contact_at: real time, None before it was heard."""

    machine: Machine
    state: MachineState
    reasons: tuple[str, ...]
    books_printed: int
    books_loaded: int
    last_contact_at: datetime | None


async def probe(links: Callable[[str], Link], uri: str) -> Sighting:
    """Look at the machine at an address; raises InvalidRequest for none, MachineUnreachable."""
    try:
        return await links(uri).look()
    except ValueError as error:
        raise InvalidRequest(str(error), field="uri") from None
    except (MachineSilent, MachineRefused) as error:
        raise MachineUnreachable(f"no machine answers at {uri}: {error}", field="uri") from error


async def register_machine(
    records: Records, machine_id: str, uri: str, sighting: Sighting
) -> Machine:
    """Make a machine known, or change its address; raises MachineAlreadyRegistered."""
    known = {machine.machine_id: machine for machine in await records.machines.all()}
    for other in known.values():
        # Under two ids it would be given two jobs at once, each in the way of the other.
        if other.printer_uuid == sighting.printer_uuid and other.machine_id != machine_id:
            raise MachineAlreadyRegistered(
                f"this is machine {other.machine_id}", field="uri", machine_id=other.machine_id
            )
    paused = machine_id in known and known[machine_id].paused
    machine = Machine(machine_id, uri, sighting.printer_uuid, paused)
    await records.machines.put(machine)
    return machine


async def set_paused(records: Records, machine_id: str, *, paused: bool) -> Machine:
    """Give a machine no further jobs, or jobs again; raises MachineNotFound."""
    machine = replace(await records.machines.get(machine_id), paused=paused)
    await records.machines.put(machine)
    return machine


async def view_machines(records: Records, floor: Floor) -> list[MachineView]:
    """All machines, by id."""
    printed = await records.books.count_by_machine(BookState.ISSUED)
    loaded = await records.books.count_by_machine(BookState.LOADED)
    return [
        MachineView(
            machine=machine,
            state=await _state(records, floor, machine),
            reasons=_reasons(floor, machine),
            books_printed=printed.get(machine.machine_id, 0),
            books_loaded=loaded.get(machine.machine_id, 0),
            last_contact_at=_heard_at(floor.sighting(machine.machine_id)),
        )
        for machine in await records.machines.all()
    ]


async def _state(records: Records, floor: Floor, machine: Machine) -> MachineState:
    if machine.paused:
        return MachineState.PAUSED
    if not floor.ready(machine.machine_id) or _exchanged(floor, machine):
        return MachineState.UNAVAILABLE
    busy = await records.jobs.at_machine(machine.machine_id)
    return MachineState.PRINTING if busy else MachineState.IDLE


def _reasons(floor: Floor, machine: Machine) -> tuple[str, ...]:
    sighting = floor.sighting(machine.machine_id)
    if sighting is None or not floor.answers(machine.machine_id):
        return (_SILENT,)
    return (_EXCHANGED, *sighting.reasons) if _exchanged(floor, machine) else sighting.reasons


def _exchanged(floor: Floor, machine: Machine) -> bool:
    sighting = floor.sighting(machine.machine_id)
    return sighting is not None and sighting.printer_uuid != machine.printer_uuid


def _heard_at(sighting: Sighting | None) -> datetime | None:
    return sighting.last_contact_at if sighting else None
