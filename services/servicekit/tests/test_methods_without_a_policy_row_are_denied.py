from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.security.access_policy import Policy, PolicyError
from servicekit.security.identity import parse_identity

ISSUANCE = parse_identity("spiffe://id/office/national/service/issuance")


async def answer(request: pb.GetEncounterRequest, context: Any) -> pb.Encounter:
    return pb.Encounter(encounter_id=request.encounter_id)


def delete() -> pb.DeleteEncounterRequest:
    return pb.DeleteEncounterRequest(encounter_id="e1", request_id="request-1")


async def test_a_row_allows_its_roles_to_call_the_method(
    serve: Any, connect: Any, pki: Any
) -> None:
    address = await serve({"GetEncounter": answer})

    for tls in (pki.service("issuance"), pki.user("administrator")):
        stub = stubs.EncountersStub(connect(address, tls))
        got = await stub.GetEncounter(pb.GetEncounterRequest(encounter_id="e1"), timeout=20)
        assert got.encounter_id == "e1"


async def test_other_roles_are_refused(serve: Any, connect: Any, pki: Any, failure: Any) -> None:
    address = await serve({"GetEncounter": answer})

    for tls in (pki.service("registry"), pki.user("examiner")):
        stub = stubs.EncountersStub(connect(address, tls))
        refused = await failure(stub.GetEncounter(pb.GetEncounterRequest(), timeout=20))
        assert refused.code is grpc.StatusCode.PERMISSION_DENIED
        assert refused.info.reason == "NOT_PERMITTED"


async def test_a_method_without_a_row_is_denied_to_every_caller(
    serve: Any, connect: Any, failure: Any
) -> None:
    address = await serve({"SetEncounterStatus": answer})

    stub = stubs.EncountersStub(connect(address))
    refused = await failure(stub.SetEncounterStatus(pb.SetEncounterStatusRequest(), timeout=20))

    assert refused.info.reason == "NOT_PERMITTED"


async def test_health_and_reflection_have_rows_too(
    serve: Any, connect: Any, pki: Any, failure: Any
) -> None:
    address = await serve({})
    channel = connect(address, pki.user("examiner"))
    health_stub: Any = health_pb2_grpc.HealthStub(channel)
    reflection_stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)

    health = await health_stub.Check(health_pb2.HealthCheckRequest(), timeout=20)
    listing = reflection_stub.ServerReflectionInfo(
        iter([reflection_pb2.ServerReflectionRequest(list_services="")]), timeout=20
    )
    refused = await failure(anext(aiter(listing)))

    assert health.status == health_pb2.HealthCheckResponse.SERVING
    assert refused.info.reason == "NOT_PERMITTED"


async def test_the_request_of_an_unauthorised_caller_is_not_read(
    serve: Any, connect: Any, pki: Any, failure: Any
) -> None:
    address = await serve({"GetEncounter": answer}, max_message_bytes=1000)
    stub = stubs.EncountersStub(connect(address, pki.user("examiner")))

    too_large = pb.GetEncounterRequest(encounter_id="x" * 2000)
    refused = await failure(stub.GetEncounter(too_large, timeout=20))

    assert refused.info.reason == "NOT_PERMITTED"


async def test_an_unknown_method_is_unimplemented(serve: Any, connect: Any, failure: Any) -> None:
    address = await serve({})
    call: Callable[..., Any] = connect(address).unary_unary("/passport.matcher.v1.Encounters/Nil")

    refused = await failure(call(b"", timeout=20))

    assert refused.code is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "one table"),
        ("allow = 1", "one table"),
        ("[allow]\n[deny]", "one table"),
        ('[allow]\n"Encounters" = []', "not a method"),
        ('[allow]\n"a.B/C/D" = []', "not a method"),
        ('[allow]\n"a.B/C" = "examiner"', "list of roles"),
        ('[allow]\n"a.B/C" = [1]', "list of roles"),
        ('[allow]\n"a.B/C" = []\n"a.B/C" = []', "overwrite"),
    ],
)
def test_an_invalid_policy_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(content)

    with pytest.raises(PolicyError, match=complaint):
        Policy.load(file)


def test_an_empty_row_allows_no_caller(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[allow]\n"a.B/C" = []')

    assert not Policy.load(file).allows("a.B/C", ISSUANCE)
