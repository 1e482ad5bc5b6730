import asyncio
import signal
from typing import Any

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
async def test_no_call_fails_when_one_of_two_replicas_goes(
    launch: Any, connect: Any, number: signal.Signals
) -> None:
    lost, kept = await asyncio.gather(launch(), launch())
    channel = connect(f"ipv4:{lost.address},{kept.address}", server_name="localhost")
    stub = stubs.EncountersStub(channel)

    async def call(first: int) -> list[str]:
        return [await delete(stub, i) for i in range(first, first + 10)]

    before = await call(0)
    calls = [asyncio.ensure_future(call(100 * i)) for i in range(1, 4)]
    lost.send(number)
    during = await asyncio.gather(*calls)
    after = await call(1000)

    answers = [*before, *(answer for answers in during for answer in answers), *after]
    assert sorted(map(int, answers)) == list(range(1, 51))


async def delete(stub: Any, number: int) -> str:
    request = pb.DeleteEncounterRequest(encounter_id="e1", request_id=f"request-{number}")
    answer: pb.DeleteEncounterResponse = await stub.DeleteEncounter(request, timeout=30)
    return answer.change_token
