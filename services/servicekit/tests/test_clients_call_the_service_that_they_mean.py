"""A client that names the service calls no other one, though one authority signed all of them."""

from typing import Any

import grpc
import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.security.identity import server_name

REQUEST = pb.GetEncounterRequest(encounter_id="e1")


async def answer(request: Any, context: Any) -> pb.Encounter:
    return pb.Encounter(encounter_id="e1")


async def test_the_service_that_is_meant_answers(serve: Any, connect: Any) -> None:
    address = await serve({"GetEncounter": answer})
    channel = connect(address, server_name=server_name("matcher", "national", "id"))

    found = await stubs.EncountersStub(channel).GetEncounter(REQUEST, timeout=20)

    assert found.encounter_id == "e1"


@pytest.mark.parametrize(
    "meant",
    [
        server_name("printer", "national", "id"),
        server_name("matcher", "BJM", "id"),
        server_name("matcher", "national", "my"),
    ],
)
async def test_another_one_gets_no_request(serve: Any, connect: Any, meant: str) -> None:
    asked: list[Any] = []

    async def record(request: Any, context: Any) -> pb.Encounter:
        asked.append(request)
        return pb.Encounter()

    channel = connect(await serve({"GetEncounter": record}), server_name=meant)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stubs.EncountersStub(channel).GetEncounter(REQUEST, timeout=20, wait_for_ready=False)

    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert not asked
