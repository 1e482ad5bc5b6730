import json
from typing import Any

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from prometheus_client import REGISTRY

GET = "passport.matcher.v1.Encounters/GetEncounter"
PAYLOAD = "a-very-private-encounter"


async def answer(request: pb.GetEncounterRequest, context: Any) -> pb.Encounter:
    return pb.Encounter(encounter_id=request.encounter_id)


def audited(capsys: pytest.CaptureFixture[str]) -> tuple[str, list[dict[str, Any]]]:
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    return text, [line for line in lines if line.get("method") == GET]


def count(outcome: str) -> float:
    labels = {"method": GET, "outcome": outcome}
    return REGISTRY.get_sample_value("grpc_server_calls_total", labels) or 0.0


async def test_an_answered_call_is_logged_without_its_content(
    serve: Any, connect: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    stub = stubs.EncountersStub(connect(await serve({"GetEncounter": answer})))

    await stub.GetEncounter(pb.GetEncounterRequest(encounter_id=PAYLOAD), timeout=5)

    text, (line,) = audited(capsys)
    assert line["caller"] == "spiffe://id/office/national/service/issuance"
    assert line["outcome"] == "OK"
    assert line["ms"] >= 0
    assert PAYLOAD not in text


async def test_a_refused_call_is_logged_with_caller_and_reason(
    serve: Any, connect: Any, pki: Any, failure: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    address = await serve({"GetEncounter": answer})
    stub = stubs.EncountersStub(connect(address, pki.user("examiner")))
    refused_before = count("PERMISSION_DENIED")

    await failure(stub.GetEncounter(pb.GetEncounterRequest(encounter_id=PAYLOAD), timeout=5))

    _, (line,) = audited(capsys)
    assert line["caller"] == "spiffe://id/office/BJM/user/siti/role/examiner"
    assert line["outcome"] == "PERMISSION_DENIED"
    assert line["reason"] == "NOT_PERMITTED"
    assert count("PERMISSION_DENIED") == refused_before + 1
