import grpc
import pytest
from passport.printer.v1 import history_pb2, machines_pb2
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.tls import TlsFiles

from .office import Office, reason
from .simulated_machine import SimulatedMachine


def _certificate(office: Office, name: str) -> TlsFiles:
    return issue_certificate(office.folder / "machine-pki", office="BJM", service=name)


async def test_another_certificate_gets_no_page_until_it_is_registered(office: Office) -> None:
    await office.machine("M1", tls=_certificate(office, "m1-first"))
    old = office.machines["M1"]
    first = old.certificate_sha256
    await office.until((await office.print()).job_id, "QUALITY_CHECK")
    await old.stop()
    tls = _certificate(office, "m1-second")
    machine = office.machines["M1"] = SimulatedMachine("M1", old.folder, listen=old.listen, tls=tls)
    await machine.start()

    await office.until_machine("M1", lambda m: list(m.reasons) == ["certificate-changed"])
    job = await office.print("X0000002")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.register("M1", machine.uri, first)
    before = len(machine.ledger)
    await office.register("M1", machine.uri, machine.certificate_sha256)
    await office.until(job.job_id, "QUALITY_CHECK")

    assert reason(refusal.value) == ("INVALID_REQUEST", "certificate_sha256")
    assert (before, len(machine.ledger)) == (1, 2)
    history = await office.call(
        "History", "ListMachineEvents", history_pb2.ListMachineEventsRequest(machine_id="M1")
    )
    registered = history_pb2.MACHINE_ACTION_REGISTERED
    assert [e.certificate_sha256 for e in history.events if e.action == registered] == [
        first, machine.certificate_sha256
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        ({"uri": "ipp://192.0.2.1/ipp/print"}, ("MACHINE_ADDRESS_NOT_ALLOWED", "uri")),
        (
            {"uri": "ipps://169.254.169.254", "certificate_sha256": b"p" * 32},
            ("MACHINE_ADDRESS_NOT_ALLOWED", "uri"),
        ),
        ({"uri": "ipps://127.0.0.1"}, ("INVALID_REQUEST", "certificate_sha256")),
        (
            {"uri": "ipps://127.0.0.1", "certificate_sha256": b"p"},
            ("INVALID_REQUEST", "certificate_sha256"),
        ),
    ],
)
async def test_no_other_address_is_asked(
    office: Office, request_: dict[str, object], refused: tuple[str, str]
) -> None:
    request = machines_pb2.RegisterMachineRequest(request_id="12345678", machine_id="M1")
    request.MergeFrom(machines_pb2.RegisterMachineRequest(**request_))  # type: ignore[arg-type]

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.call("Machines", "RegisterMachine", request, "administrator")

    assert reason(refusal.value) == refused
