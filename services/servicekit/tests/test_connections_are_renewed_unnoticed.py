import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc

REQUEST = pb.GetEncounterRequest(encounter_id="e1")


async def test_a_client_sees_no_error_when_its_connection_is_renewed(
    serve: Any, connect: Any
) -> None:
    connections: set[str] = set()

    async def note(request: Any, context: Any) -> pb.Encounter:
        connections.add(context.peer())
        await asyncio.sleep(0.01)
        return pb.Encounter(encounter_id="e1")

    address = await serve({"GetEncounter": note}, max_connection_age_seconds=0.1)
    stub = stubs.EncountersStub(connect(address))

    async with asyncio.timeout(60):
        while len(connections) < 5:
            await asyncio.gather(*(stub.GetEncounter(REQUEST, timeout=20) for _ in range(8)))


async def test_a_stream_outlives_the_renewal_of_its_connection(serve: Any, connect: Any) -> None:
    connections: set[str] = set()
    renewed = asyncio.Event()

    async def note(request: Any, context: Any) -> pb.Encounter:
        connections.add(context.peer())
        return pb.Encounter(encounter_id="e1")

    async def watch(request: Any, context: Any) -> AsyncIterator[jobs_pb2.PrintJobEvent]:
        connections.add(context.peer())
        yield jobs_pb2.PrintJobEvent(resume_token="1")
        await renewed.wait()
        yield jobs_pb2.PrintJobEvent(resume_token="2")

    handlers = {"GetEncounter": note, "WatchPrintJobs": watch}
    channel = connect(await serve(handlers, max_connection_age_seconds=0.1))
    stub = stubs.EncountersStub(channel)
    watching = jobs_pb2_grpc.PrintJobsStub(channel).WatchPrintJobs(
        jobs_pb2.WatchPrintJobsRequest(), timeout=60
    )
    events = aiter(watching)
    await anext(events)
    async with asyncio.timeout(60):
        while len(connections) < 3:
            await stub.GetEncounter(REQUEST, timeout=20)
    renewed.set()

    assert [event.resume_token async for event in events] == ["2"]


async def test_a_client_sees_no_error_when_its_health_watch_expires(
    serve: Any, connect: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    expired = 0

    async def answer(request: Any, context: Any) -> pb.Encounter:
        await asyncio.sleep(0.01)
        return pb.Encounter(encounter_id="e1")

    address = await serve({"GetEncounter": answer}, max_stream_seconds=0.1)
    stub = stubs.EncountersStub(connect(address))

    async with asyncio.timeout(60):
        while expired < 5:
            await asyncio.gather(*(stub.GetEncounter(REQUEST, timeout=20) for _ in range(8)))
            expired += capfd.readouterr().err.count('"reason": "STREAM_EXPIRED"')
