from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.grpc import interceptor
from servicekit.process.settings import ServiceSettings
from servicekit.security.peer_certificate import read_denied_serials
from servicekit.security.tls import TlsFiles

REQUEST = pb.GetEncounterRequest(encounter_id="e1")
OPEN = '[allow]\n"passport.matcher.v1.Encounters/GetEncounter" = ["*"]\n'
CLOSED = '[allow]\n"passport.matcher.v1.Encounters/GetEncounter" = ["service:registry"]\n'


async def answer(request: Any, context: Any) -> pb.Encounter:
    return pb.Encounter(encounter_id="e1")


def serial(tls: TlsFiles) -> str:
    """The serial number as OpenSSL prints it."""
    number = x509.load_pem_x509_certificate(tls.certificate.read_bytes()).serial_number
    return number.to_bytes(20).hex().upper()


async def test_a_denied_certificate_is_refused_on_its_open_connection(
    serve: Any, connect: Any, failure: Any, pki: Any, tmp_path: Path
) -> None:
    denied = tmp_path / "denied.txt"
    denied.write_text("# none yet\n")
    address = await serve({"GetEncounter": answer}, denied_certificates_file=denied)
    stolen, other = pki.service("issuance"), pki.user("administrator")
    channel, others = (stubs.EncountersStub(connect(address, tls)) for tls in (stolen, other))
    await channel.GetEncounter(REQUEST, timeout=20)

    denied.write_text(f"# laptop, stolen in Banjarmasin\n\n{serial(stolen)}  # issuance\n")

    refused = await failure(channel.GetEncounter(REQUEST, timeout=20))
    assert refused.code is grpc.StatusCode.UNAUTHENTICATED
    assert refused.info.reason == "CERTIFICATE_DENIED"
    assert (await others.GetEncounter(REQUEST, timeout=20)).encounter_id == "e1"


async def test_a_broken_or_missing_deny_list_leaves_the_previous_one_in_use(
    serve: Any, failure: Any, pki: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    denied, stolen = tmp_path / "denied.txt", pki.service("issuance")
    denied.write_text(serial(stolen))
    address = await serve({"GetEncounter": answer}, denied_certificates_file=denied)
    credentials = stolen.channel_credentials()

    async with grpc.aio.secure_channel(address, credentials) as channel:
        stub = stubs.EncountersStub(channel)
        before = await failure(stub.GetEncounter(REQUEST, timeout=20))
        denied.write_text("not a serial number")
        broken = await failure(stub.GetEncounter(REQUEST, timeout=20))
        denied.unlink()
        missing = await failure(stub.GetEncounter(REQUEST, timeout=20))
        denied.write_text("")
        allowed = await stub.GetEncounter(REQUEST, timeout=20)

    reasons = [refused.info.reason for refused in (before, broken, missing)]
    assert reasons == ["CERTIFICATE_DENIED"] * 3
    assert allowed.encounter_id == "e1"
    assert capfd.readouterr().err.count('"event": "files_not_reloaded"') == 2


async def test_a_changed_policy_applies_to_the_next_call(
    serve: Any, failure: Any, pki: Any, tmp_path: Path
) -> None:
    policy = tmp_path / "changing.toml"
    policy.write_text(OPEN)
    address = await serve({"GetEncounter": answer}, policy_file=policy)

    # Not one of our channels: health is closed here, so that would wait for ever.
    credentials = pki.service("issuance").channel_credentials()
    async with grpc.aio.secure_channel(address, credentials) as channel:
        stub = stubs.EncountersStub(channel)
        await stub.GetEncounter(REQUEST, timeout=20)
        policy.write_text(CLOSED)
        refused = await failure(stub.GetEncounter(REQUEST, timeout=20))
        policy.write_text(OPEN + "[")
        still_refused = await failure(stub.GetEncounter(REQUEST, timeout=20))
        policy.write_text(OPEN)
        answered = await stub.GetEncounter(REQUEST, timeout=20)

    assert refused.info.reason == still_refused.info.reason == "NOT_PERMITTED"
    assert answered.encounter_id == "e1"


async def test_an_expired_certificate_is_refused_on_its_open_connection(
    serve: Any, connect: Any, failure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await serve({"GetEncounter": answer})
    stub = stubs.EncountersStub(connect(address))
    await stub.GetEncounter(REQUEST, timeout=20)

    in_two_years = datetime.now(UTC) + timedelta(days=731)
    monkeypatch.setattr(interceptor, "_real_now", lambda: in_two_years)

    refused = await failure(stub.GetEncounter(REQUEST, timeout=20))
    assert refused.code is grpc.StatusCode.UNAUTHENTICATED
    assert refused.info.reason == "CERTIFICATE_EXPIRED"


def test_every_connection_ends_within_the_hour() -> None:
    defaults = {name: field.default for name, field in ServiceSettings.model_fields.items()}

    # gRPC varies the age by a tenth; then streams have the time that a stream may take.
    age, stream = defaults["max_connection_age_seconds"], defaults["max_stream_seconds"]
    assert age * 1.1 + stream + 1 < 3600


def test_serial_numbers_are_read_as_openssl_prints_them(tmp_path: Path) -> None:
    file = tmp_path / "denied.txt"
    file.write_text("0A1B\n0a:1c\n\n# 0A1D\n0A1E # why\n")

    assert read_denied_serials(file) == {0x0A1B, 0x0A1C, 0x0A1E}


@pytest.mark.parametrize("line", ["serial=0A1B", "0A1B 0A1C", "-1", "0x0A", "siti"])
def test_a_line_that_is_no_serial_number_is_an_error(tmp_path: Path, line: str) -> None:
    file = tmp_path / "denied.txt"
    file.write_text(f"0A1B\n{line}\n")

    with pytest.raises(ValueError, match="is not a hexadecimal serial number"):
        read_denied_serials(file)
