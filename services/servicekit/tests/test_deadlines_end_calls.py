import asyncio
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc
from servicekit.grpc.client_channel import downstream_timeout

REQUEST = pb.GetEncounterRequest(encounter_id="e1")


@pytest.mark.parametrize("deadline", [None, 86_400.0])
async def test_a_call_ends_whatever_its_deadline(
    serve: Any, connect: Any, failure: Any, deadline: float | None
) -> None:
    async def never(request: Any, context: Any) -> pb.Encounter:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets that event")

    address = await serve({"GetEncounter": never}, max_deadline_seconds=0.2)

    stub = stubs.EncountersStub(connect(address))
    failed = await failure(stub.GetEncounter(REQUEST, timeout=deadline))

    assert failed.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert failed.info.reason == "DEADLINE_EXCEEDED"


@pytest.mark.parametrize("deadline", [None, 86_400.0])
async def test_a_stream_ends_so_that_its_caller_resumes_it(
    serve: Any, connect: Any, failure: Any, deadline: float | None
) -> None:
    async def watch(request: Any, context: Any) -> Any:
        yield jobs_pb2.PrintJobEvent(resume_token="1")
        await asyncio.Event().wait()

    address = await serve({"WatchPrintJobs": watch}, max_stream_seconds=1.0)

    stub = jobs_pb2_grpc.PrintJobsStub(connect(address))
    events = aiter(stub.WatchPrintJobs(jobs_pb2.WatchPrintJobsRequest(), timeout=deadline))
    first = await anext(events)
    ended = await failure(anext(events))

    assert first.resume_token == "1"
    assert ended.code is grpc.StatusCode.UNAVAILABLE
    assert ended.info.reason == "STREAM_EXPIRED"


async def test_a_call_that_sends_no_message_ends(serve: Any, connect: Any, failure: Any) -> None:
    address = await serve({}, max_message_wait_seconds=0.2)

    call = connect(address).stream_unary("/passport.matcher.v1.Encounters/GetEncounter")
    failed = await failure(call(timeout=86_400))

    assert failed.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert failed.info.reason == "MESSAGE_NOT_RECEIVED"


async def test_a_request_stream_ends_when_the_next_message_does_not_come(
    serve: Any, connect: Any, failure: Any, pki: Any
) -> None:
    address = await serve({}, max_message_wait_seconds=1.0)
    channel = connect(address, pki.user("administrator"))

    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    answers = stub.ServerReflectionInfo(timeout=86_400)
    await answers.write(reflection_pb2.ServerReflectionRequest(list_services="*"))
    await answers.read()
    failed = await failure(answers.read())

    assert failed.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert failed.info.reason == "MESSAGE_NOT_RECEIVED"


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
    failed = await failure(stub.GetEncounter(REQUEST, timeout=2))

    assert failed.code is grpc.StatusCode.DEADLINE_EXCEEDED
    await asyncio.wait_for(ended.wait(), 30)


async def test_a_timeout_error_raised_by_the_method_is_an_internal_error(
    serve: Any, connect: Any, failure: Any
) -> None:
    async def times_out(request: Any, context: Any) -> pb.Encounter:
        raise TimeoutError

    address = await serve({"GetEncounter": times_out})

    failed = await failure(stubs.EncountersStub(connect(address)).GetEncounter(REQUEST, timeout=20))

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
    assert default == 10.0


@pytest.mark.parametrize(
    ("left", "timeout"), [(20.0, 18.0), (1.0, 0.9), (0.25, 0.2), (0.05, 0.0), (0.0, 0.0)]
)
def test_a_tenth_of_the_time_and_at_least_50_ms_are_left(left: float, timeout: float) -> None:
    context: Any = SimpleNamespace(time_remaining=lambda: left)

    assert downstream_timeout(context) == pytest.approx(timeout)
