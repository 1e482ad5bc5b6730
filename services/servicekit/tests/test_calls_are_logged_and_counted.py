import asyncio
import json
import urllib.request
from typing import Any

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from prometheus_client import REGISTRY
from servicekit.grpc import call_audit
from servicekit.grpc.call_audit import add_audit_facts
from servicekit.security.identity import bind_caller, current_on_behalf_of, parse_identity

GET = "passport.matcher.v1.Encounters/GetEncounter"
PAYLOAD = "a-very-private-encounter"
REQUEST = pb.GetEncounterRequest(encounter_id=PAYLOAD)


async def answer(request: pb.GetEncounterRequest, context: Any) -> pb.Encounter:
    return pb.Encounter(encounter_id=request.encounter_id)


def audited(capsys: pytest.CaptureFixture[str]) -> tuple[str, list[dict[str, Any]]]:
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    return text, [line for line in lines if line.get("method") == GET]


def count(code: str) -> float:
    labels = {"method": GET, "code": code}
    return REGISTRY.get_sample_value("grpc_server_calls_total", labels) or 0.0


async def test_an_answered_call_is_logged_without_its_content(
    serve: Any, connect: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    stub = stubs.EncountersStub(connect(await serve({"GetEncounter": answer})))

    await stub.GetEncounter(REQUEST, timeout=20)

    text, (line,) = audited(capsys)
    assert line["caller"] == "spiffe://id/office/national/service/issuance"
    assert line["code"] == "OK"
    assert line["duration_ms"] >= 0
    assert PAYLOAD not in text


async def test_a_call_is_logged_with_what_it_is_about(
    serve: Any, connect: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    async def about_somebody(request: pb.GetEncounterRequest, context: Any) -> pb.Encounter:
        add_audit_facts(person_id="p-7", encounter_ids=["e-1", "e-2"])
        return pb.Encounter()

    stub = stubs.EncountersStub(connect(await serve({"GetEncounter": about_somebody})))

    await stub.GetEncounter(REQUEST, timeout=20)

    _, (line,) = audited(capsys)
    assert (line["person_id"], line["encounter_ids"]) == ("p-7", ["e-1", "e-2"])


def test_facts_stated_after_a_call_are_not_of_that_call() -> None:
    with call_audit.audited(GET) as outer:
        with call_audit.audited(GET) as inner:
            add_audit_facts(person_id="p-7")
        add_audit_facts(person_id="p-8")
    add_audit_facts(person_id="p-9")

    assert (inner.facts, outer.facts) == ({"person_id": "p-7"}, {"person_id": "p-8"})


async def test_a_method_sees_the_person_that_a_service_calls_for(
    serve: Any, connect: Any, pki: Any
) -> None:
    seen = []

    async def look(request: pb.GetEncounterRequest, context: Any) -> pb.Encounter:
        seen.append(current_on_behalf_of())
        return pb.Encounter()

    address = await serve({"GetEncounter": look})
    siti = parse_identity("spiffe://id/office/BJM/user/siti/role/supervisor")
    header = [("on-behalf-of", siti.uri)]

    await stubs.EncountersStub(connect(address)).GetEncounter(REQUEST, timeout=20, metadata=header)
    administrator = connect(address, pki.user("administrator"))
    await stubs.EncountersStub(administrator).GetEncounter(REQUEST, timeout=20, metadata=header)

    assert seen == [siti, None]


async def test_a_refused_call_is_logged_with_caller_and_reason(
    serve: Any, connect: Any, pki: Any, failure: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    address = await serve({"GetEncounter": answer})
    stub = stubs.EncountersStub(connect(address, pki.user("examiner")))
    refused_before = count("PERMISSION_DENIED")

    await failure(stub.GetEncounter(REQUEST, timeout=20))

    _, (line,) = audited(capsys)
    assert line["caller"] == "spiffe://id/office/BJM/user/siti/role/examiner"
    assert line["code"] == "PERMISSION_DENIED"
    assert line["reason"] == "NOT_PERMITTED"
    assert count("PERMISSION_DENIED") == refused_before + 1


async def test_a_call_on_behalf_of_a_person_is_logged_with_the_person(
    serve: Any, connect: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    stub = stubs.EncountersStub(connect(await serve({"GetEncounter": answer})))
    person = parse_identity("spiffe://id/office/BJM/user/siti/role/officer")

    with bind_caller(person):
        await stub.GetEncounter(REQUEST, timeout=20, metadata=[("other", "header")])
    await stub.GetEncounter(REQUEST, timeout=20)

    _, (for_siti, for_nobody) = audited(capsys)
    assert for_siti["caller"] == for_nobody["caller"]
    assert for_siti["on_behalf_of"] == person.uri
    assert for_nobody["on_behalf_of"] is None


async def test_a_person_cannot_call_on_behalf_of_another(
    serve: Any, connect: Any, pki: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    address = await serve({"GetEncounter": answer})
    stub = stubs.EncountersStub(connect(address, pki.user("administrator")))
    posing = [("on-behalf-of", "spiffe://id/office/BJM/user/adi/role/officer")]

    await stub.GetEncounter(REQUEST, timeout=20, metadata=posing)

    _, (line,) = audited(capsys)
    assert line["on_behalf_of"] is None


@pytest.mark.parametrize(
    "other",
    ["spiffe://id/office/national/service/matcher", "spiffe://my/office/KUL/user/adi/role/officer"],
)
async def test_a_service_calls_on_behalf_of_no_other_service_and_no_other_country(
    serve: Any, connect: Any, capsys: pytest.CaptureFixture[str], other: str
) -> None:
    stub = stubs.EncountersStub(connect(await serve({"GetEncounter": answer})))

    await stub.GetEncounter(REQUEST, timeout=20, metadata=[("on-behalf-of", other)])

    _, (line,) = audited(capsys)
    assert line["caller"] == "spiffe://id/office/national/service/issuance"
    assert line["on_behalf_of"] is None


async def test_metrics_are_served_at_the_address_in_the_settings(
    serve: Any, connect: Any, unused_tcp_port: int
) -> None:
    metrics = f"127.0.0.1:{unused_tcp_port}"
    stub = stubs.EncountersStub(
        connect(await serve({"GetEncounter": answer}, metrics_listen=metrics))
    )
    await stub.GetEncounter(REQUEST, timeout=20)

    page = await asyncio.to_thread(urllib.request.urlopen, f"http://{metrics}/metrics")

    assert f'grpc_server_calls_total{{code="OK",method="{GET}"}}' in page.read().decode()


async def test_health_checks_do_not_drown_the_log(
    serve: Any, connect: Any, failure: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    health: Any = health_pb2_grpc.HealthStub(connect(await serve({})))
    unknown = health_pb2.HealthCheckRequest(service="passport.matcher.v1.Unknown")

    await health.Check(health_pb2.HealthCheckRequest(), timeout=20)
    await failure(health.Check(unknown, timeout=20))

    # gRPC's own health service answers before the call ends, and so before it is logged.
    text = ""
    async with asyncio.timeout(20):
        while "NOT_FOUND" not in text:
            await asyncio.sleep(0.01)
            text += capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    checks = [line["code"] for line in lines if line.get("method") == "grpc.health.v1.Health/Check"]
    assert checks == ["NOT_FOUND"]
