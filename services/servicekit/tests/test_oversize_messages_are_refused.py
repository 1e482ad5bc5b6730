from typing import Any

import grpc
import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.errors import RequestTooLarge, ResponseTooLarge
from servicekit.grpc.message_checks import decoder, encoder

LIMIT = 10_000


async def echo(request: pb.GetEncounterRequest, context: Any) -> pb.Encounter:
    return pb.Encounter(encounter_id=request.encounter_id)


async def large(request: pb.GetEncounterRequest, context: Any) -> pb.Encounter:
    return pb.Encounter(encounter_id="x" * 2 * LIMIT)


def of_size(size: int) -> pb.GetEncounterRequest:
    return pb.GetEncounterRequest(encounter_id="x" * size)


async def test_the_error_of_a_too_large_request_names_the_limit(
    serve: Any, connect: Any, failure: Any
) -> None:
    address = await serve({"GetEncounter": echo}, max_message_bytes=LIMIT)
    stub = stubs.EncountersStub(connect(address))

    refused = await failure(stub.GetEncounter(of_size(2 * LIMIT), timeout=20))

    assert refused.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refused.info.reason == "REQUEST_TOO_LARGE"
    assert refused.info.metadata["max_bytes"] == str(LIMIT)


@pytest.mark.parametrize("times", [5, 1000])
async def test_a_far_too_large_request_is_refused_by_grpc_and_others_are_served(
    serve: Any, connect: Any, failure: Any, times: int
) -> None:
    address = await serve({"GetEncounter": echo}, max_message_bytes=LIMIT)
    stub = stubs.EncountersStub(connect(address))

    refused = await failure(stub.GetEncounter(of_size(times * LIMIT), timeout=20))
    after = await stub.GetEncounter(of_size(10), timeout=20)

    assert refused.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert after.encounter_id == "x" * 10


async def test_a_too_large_response_is_refused(serve: Any, connect: Any, failure: Any) -> None:
    address = await serve({"GetEncounter": large}, max_message_bytes=LIMIT)

    stub = stubs.EncountersStub(connect(address))
    refused = await failure(stub.GetEncounter(of_size(10), timeout=20))

    assert refused.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refused.info.reason == "RESPONSE_TOO_LARGE"


def test_a_message_as_large_as_the_limit_passes() -> None:
    message = of_size(8)  # and two bytes before the text
    data = message.SerializeToString()
    assert len(data) == 10

    assert decoder(pb.GetEncounterRequest.FromString, 10)(data) == message
    assert encoder(pb.GetEncounterRequest.SerializeToString, 10)(message) == data
    with pytest.raises(RequestTooLarge):
        decoder(pb.GetEncounterRequest.FromString, 9)(data)
    with pytest.raises(ResponseTooLarge):
        encoder(pb.GetEncounterRequest.SerializeToString, 9)(message)


async def test_messages_beyond_grpcs_own_default_pass_both_ways(serve: Any, connect: Any) -> None:
    size = 6 * 1024 * 1024

    async def inflate(request: pb.GetEncounterRequest, context: Any) -> pb.Encounter:
        return pb.Encounter(encounter_id="x" * size)

    stub = stubs.EncountersStub(connect(await serve({"GetEncounter": inflate})))

    answer = await stub.GetEncounter(of_size(10), timeout=20)

    assert len(answer.encounter_id) == size
