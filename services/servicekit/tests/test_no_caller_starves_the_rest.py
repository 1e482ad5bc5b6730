import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc
from servicekit.errors import Overloaded
from servicekit.grpc.load_shedding import Kind, LoadShedding
from servicekit.security.identity import parse_identity

GET_ENCOUNTER = "/passport.matcher.v1.Encounters/GetEncounter"
REQUEST = pb.GetEncounterRequest(encounter_id="e1")
WATCH = jobs_pb2.WatchPrintJobsRequest()
CALLERS = [parse_identity(f"spiffe://id/office/BJM/user/{user}/role/officer") for user in "abc"]


async def answer(request: Any, context: Any) -> pb.Encounter:
    return pb.Encounter(encounter_id="e1")


async def watch(request: Any, context: Any) -> AsyncIterator[jobs_pb2.PrintJobEvent]:
    yield jobs_pb2.PrintJobEvent(resume_token="1")
    await asyncio.Event().wait()


async def test_calls_that_send_no_message_leave_others_their_slots(
    serve: Any, connect: Any, pki: Any
) -> None:
    address = await serve({"GetEncounter": answer})
    silent = connect(address).stream_unary(GET_ENCOUNTER)

    calls = [asyncio.ensure_future(silent(timeout=86_400)) for _ in range(70)]
    await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
    stub = stubs.EncountersStub(connect(address, pki.user("administrator")))
    answered = await stub.GetEncounter(REQUEST, timeout=20)
    for call in calls:
        call.cancel()

    assert answered.encounter_id == "e1"


async def test_streams_leave_others_their_slots(serve: Any, connect: Any, pki: Any) -> None:
    address = await serve({"WatchPrintJobs": watch})
    greedy = jobs_pb2_grpc.PrintJobsStub(connect(address))

    streams = [greedy.WatchPrintJobs(WATCH, timeout=86_400) for _ in range(70)]
    await asyncio.gather(*(stream.read() for stream in streams), return_exceptions=True)
    stub = jobs_pb2_grpc.PrintJobsStub(connect(address, pki.user("operator")))
    event = await anext(aiter(stub.WatchPrintJobs(WATCH, timeout=20)))

    assert event.resume_token == "1"


@pytest.mark.parametrize("connections", [1, 10])
async def test_a_burst_is_refused_with_a_retry_delay_and_health_checks_are_answered(
    serve: Any, connect: Any, failure: Any, pki: Any, connections: int
) -> None:
    async def slow(request: Any, context: Any) -> pb.Encounter:
        await asyncio.sleep(0.1)
        return pb.Encounter(encounter_id="e1")

    address = await serve({"GetEncounter": slow})
    credentials = pki.service("issuance").channel_credentials()
    own_connection = [("grpc.use_local_subchannel_pool", 1)]
    channels = [
        grpc.aio.secure_channel(address, credentials, own_connection) for _ in range(connections)
    ]

    async def outcome(channel: grpc.aio.Channel) -> tuple[str, str, bool]:
        call = stubs.EncountersStub(channel).GetEncounter(REQUEST, timeout=60)
        if await call.code() is grpc.StatusCode.OK:
            return "OK", "", False
        refused = await failure(call)
        return refused.code.name, refused.info.reason, refused.retry is not None

    burst = [asyncio.ensure_future(outcome(channels[i % connections])) for i in range(2000)]
    health: Any = health_pb2_grpc.HealthStub(connect(address, pki.user("operator")))
    check = await health.Check(health_pb2.HealthCheckRequest(), timeout=60)
    answers = Counter(await asyncio.gather(*burst))
    for channel in channels:
        await channel.close()

    assert check.status == health_pb2.HealthCheckResponse.SERVING
    assert set(answers) == {("OK", "", False), ("RESOURCE_EXHAUSTED", "OVERLOADED", True)}


def fill(shedding: LoadShedding, kind: Kind, counts: list[int]) -> list[int]:
    """Take as many slots as there are for each caller in turn; returns how many each got."""
    got = [0, 0, 0]
    with ExitStack() as slots:
        for number, wanted in enumerate(counts):
            for _ in range(wanted):
                try:
                    slots.enter_context(shedding.slot(kind, CALLERS[number]))
                except Overloaded:
                    break
                got[number] += 1
    return got


@pytest.mark.parametrize("kind", ["call", "stream"])
def test_a_caller_gets_a_share_of_what_no_other_holds(kind: Kind) -> None:
    shedding = LoadShedding(64, 0.75)

    assert fill(shedding, kind, [99, 0, 0]) == [48, 0, 0]
    assert fill(shedding, kind, [99, 99, 99]) == [48, 12, 3]
    assert fill(shedding, kind, [10, 99, 99]) == [10, 40, 10]


def test_the_last_slot_goes_to_whoever_comes_first() -> None:
    shedding = LoadShedding(2, 0.75)

    assert fill(shedding, "call", [2, 2, 2]) == [1, 1, 0]


def test_infrastructure_is_limited_for_each_caller_by_itself() -> None:
    shedding = LoadShedding(2, 0.75)

    assert fill(shedding, "infrastructure", [999, 999, 999]) == [100, 100, 100]
