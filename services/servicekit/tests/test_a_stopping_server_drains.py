import asyncio
import os
import signal
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc

REQUEST = pb.GetEncounterRequest(encounter_id="e1")


class Gate:
    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.opened = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def get(self, request: Any, context: Any) -> pb.Encounter:
        self.entered.set()
        try:
            await self.opened.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return pb.Encounter(encounter_id="e1")

    async def watch(self, request: Any, context: Any) -> Any:
        yield jobs_pb2.PrintJobEvent(resume_token="1")
        await asyncio.Event().wait()


async def test_calls_in_progress_are_answered_and_streams_end_with_draining(
    serve: Any, connect: Any, failure: Any
) -> None:
    gate = Gate()
    address = await serve(
        {"GetEncounter": gate.get, "WatchPrintJobs": gate.watch}, drain_seconds=30
    )
    channel = connect(address)
    health_stub: Any = health_pb2_grpc.HealthStub(channel)
    health = aiter(health_stub.Watch(health_pb2.HealthCheckRequest(), timeout=30))
    watch = aiter(
        jobs_pb2_grpc.PrintJobsStub(channel).WatchPrintJobs(
            jobs_pb2.WatchPrintJobsRequest(), timeout=30
        )
    )
    under_way = asyncio.ensure_future(stubs.EncountersStub(channel).GetEncounter(REQUEST))
    await gate.entered.wait()
    before = await anext(health)
    await anext(watch)

    os.kill(os.getpid(), signal.SIGTERM)

    after = await anext(health)
    sent_away = await failure(anext(watch))
    gate.opened.set()
    assert (await under_way).encounter_id == "e1"
    assert before.status == health_pb2.HealthCheckResponse.SERVING
    assert after.status == health_pb2.HealthCheckResponse.NOT_SERVING
    assert sent_away.code is grpc.StatusCode.UNAVAILABLE
    assert sent_away.info.reason == "DRAINING"


async def test_calls_longer_than_the_drain_are_cancelled(serve: Any, connect: Any) -> None:
    gate = Gate()
    stub = stubs.EncountersStub(connect(await serve({"GetEncounter": gate.get}, drain_seconds=0.1)))
    under_way = asyncio.ensure_future(stub.GetEncounter(REQUEST, timeout=30))
    await gate.entered.wait()

    os.kill(os.getpid(), signal.SIGTERM)

    await asyncio.wait_for(gate.cancelled.wait(), 10)
    under_way.cancel()
