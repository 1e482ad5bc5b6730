import asyncio
from typing import Any

import grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.grpc.client_channel import downstream_timeout

REQUEST = pb.GetEncounterRequest(encounter_id="e1")


async def test_a_call_without_deadline_gets_the_default_one(
    serve: Any, connect: Any, failure: Any
) -> None:
    async def never(request: Any, context: Any) -> pb.Encounter:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets that event")

    address = await serve({"GetEncounter": never}, default_deadline_seconds=0.2)

    failed = await failure(stubs.EncountersStub(connect(address)).GetEncounter(REQUEST))

    assert failed.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert failed.info.reason == "DEADLINE_EXCEEDED"


async def test_work_ends_when_its_deadline_passes(serve: Any, connect: Any, failure: Any) -> None:
    ended = asyncio.Event()

    async def never(request: Any, context: Any) -> pb.Encounter:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError("nobody sets that event")

    address = await serve({"GetEncounter": never})

    stub = stubs.EncountersStub(connect(address))
    failed = await failure(stub.GetEncounter(REQUEST, timeout=0.3))

    assert failed.code is grpc.StatusCode.DEADLINE_EXCEEDED
    await asyncio.wait_for(ended.wait(), 5)


async def test_a_timeout_error_raised_by_the_method_is_an_internal_error(
    serve: Any, connect: Any, failure: Any
) -> None:
    async def times_out(request: Any, context: Any) -> pb.Encounter:
        raise TimeoutError

    address = await serve({"GetEncounter": times_out})

    failed = await failure(stubs.EncountersStub(connect(address)).GetEncounter(REQUEST, timeout=5))

    assert failed.code is grpc.StatusCode.INTERNAL


async def test_downstream_timeouts_leave_time_for_the_response(serve: Any, connect: Any) -> None:
    seen: list[tuple[float, float]] = []

    async def measure(request: Any, context: Any) -> pb.Encounter:
        seen.append((context.time_remaining() or 0.0, downstream_timeout(context)))
        return pb.Encounter()

    address = await serve({"GetEncounter": measure})
    stub = stubs.EncountersStub(connect(address))

    await stub.GetEncounter(REQUEST, timeout=20)
    await stub.GetEncounter(REQUEST)

    (left, downstream), (unlimited, default) = seen
    assert 0 < downstream < left
    assert unlimited == 0.0
    assert default > 0
