import pytest
from printer.domain.errors import MachineAlreadyRegistered, MachineUnreachable
from printer.domain.job_transitions import JobState
from printer.domain.machine import Machine
from printer.domain.printer_client import (
    MachineUnavailable,
    PrinterClient,
    RequestNotDelivered,
    RequestOutcomeUnknown,
)
from printer.use_cases.machines import read_machine_status, register_machine
from servicekit.errors import InvalidRequest

from .print_room import PrintRoom


async def _register(room: PrintRoom, machine_id: str, uri: str) -> None:
    status = await room.machine.get_status()
    async with room.store.begin() as records:
        await register_machine(records, machine_id, uri, None, status, room.operator())


async def _machines(room: PrintRoom) -> list[Machine]:
    async with room.store.read() as records:
        return await records.machines.all()


async def test_one_registered_again_gets_its_new_address_and_stays_paused(room: PrintRoom) -> None:
    await room.pause()
    job = await room.print()

    await _register(room, "M1", "ipp://elsewhere")
    await room.step()

    assert await _machines(room) == [Machine("M1", "ipp://elsewhere", "urn:uuid:1", paused=True)]
    assert (await room.job(job)).state is JobState.QUEUED


async def test_another_machine_at_the_old_id_is_taken_and_not_paused(room: PrintRoom) -> None:
    room.machine.printer_uuid = "urn:uuid:new"

    await _register(room, "M1", "ipp://m1")

    assert await _machines(room) == [Machine("M1", "ipp://m1", "urn:uuid:new", paused=False)]


async def test_a_new_one_is_not_paused_because_another_is(room: PrintRoom) -> None:
    await room.pause()
    room.machine.printer_uuid = "urn:uuid:9"

    await _register(room, "M9", "ipp://m9")

    assert [(m.machine_id, m.paused) for m in await _machines(room)] == [
        ("M1", True),
        ("M9", False),
    ]


async def test_one_known_by_another_id_is_refused(room: PrintRoom) -> None:
    with pytest.raises(MachineAlreadyRegistered) as refusal:
        await _register(room, "M2", "ipp://m1")

    assert refusal.value.metadata == {"machine_id": "M1"}


@pytest.mark.parametrize("error", [RequestNotDelivered, RequestOutcomeUnknown])
async def test_one_that_does_not_answer_is_unreachable(
    room: PrintRoom, error: type[MachineUnavailable]
) -> None:
    room.machine.unavailable = error

    with pytest.raises(MachineUnreachable) as refusal:
        await read_machine_status(lambda uri, certificate: room.machine, "ipp://m1", None)

    assert refusal.value.field == "uri"


async def test_an_address_that_is_none_is_refused(room: PrintRoom) -> None:
    def connect(uri: str, certificate_sha256: bytes | None) -> PrinterClient:
        raise ValueError(f"{uri} is no address")

    with pytest.raises(InvalidRequest) as refusal:
        await read_machine_status(connect, "m1", None)

    assert refusal.value.field == "uri"
