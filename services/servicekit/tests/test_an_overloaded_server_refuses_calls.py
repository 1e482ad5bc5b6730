import asyncio
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc

REQUEST = pb.GetEncounterRequest(encounter_id="e1")


class Gate:
    """Handlers that wait until they are let go."""

    def __init__(self) -> None:
        self.entered = asyncio.Semaphore(0)
        self.opened = asyncio.Event()

    async def get(self, request: Any, context: Any) -> pb.Encounter:
        self.entered.release()
        await self.opened.wait()
        return pb.Encounter(encounter_id="e1")

    async def watch(self, request: Any, context: Any) -> Any:
        yield jobs_pb2.PrintJobEvent(resume_token="1")
        await self.opened.wait()


async def test_a_call_above_the_limit_is_refused_with_a_retry_delay(
    serve: Any, connect: Any, failure: Any
) -> None:
    gate = Gate()
    stub = stubs.EncountersStub(
        connect(await serve({"GetEncounter": gate.get}, max_calls_in_flight=3))
    )
    admitted = [asyncio.ensure_future(stub.GetEncounter(REQUEST, timeout=20)) for _ in range(2)]
    await gate.entered.acquire()
    await gate.entered.acquire()

    refused = await failure(stub.GetEncounter(REQUEST, timeout=20))
    gate.opened.set()
    answers = await asyncio.gather(*admitted, stub.GetEncounter(REQUEST, timeout=20))

    assert refused.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refused.info.reason == "OVERLOADED"
    assert refused.retry is not None
    assert [answer.encounter_id for answer in answers] == ["e1"] * 3


async def test_open_streams_block_neither_calls_nor_health_checks(
    serve: Any, connect: Any, failure: Any
) -> None:
    gate = Gate()
    handlers = {"GetEncounter": gate.get, "WatchPrintJobs": gate.watch}
    channel = connect(await serve(handlers, max_calls_in_flight=1))
    jobs = jobs_pb2_grpc.PrintJobsStub(channel)
    watch = jobs_pb2.WatchPrintJobsRequest()

    await anext(aiter(jobs.WatchPrintJobs(watch, timeout=20)))
    refused = await failure(anext(aiter(jobs.WatchPrintJobs(watch, timeout=20))))
    busy = asyncio.ensure_future(stubs.EncountersStub(channel).GetEncounter(REQUEST, timeout=20))
    await gate.entered.acquire()
    health_stub: Any = health_pb2_grpc.HealthStub(channel)
    health = await health_stub.Check(health_pb2.HealthCheckRequest(), timeout=20)
    gate.opened.set()

    assert refused.info.reason == "OVERLOADED"
    assert health.status == health_pb2.HealthCheckResponse.SERVING
    assert (await busy).encounter_id == "e1"
