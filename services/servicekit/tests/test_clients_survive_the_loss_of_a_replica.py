import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
async def test_no_call_fails_when_one_of_two_replicas_goes(
    launch: Any, connect: Any, tmp_path: Path, number: signal.Signals
) -> None:
    databases = [f"sqlite+aiosqlite:///{tmp_path}/{replica}" for replica in (1, 2)]
    lost, kept = await asyncio.gather(*(launch(database_url=url) for url in databases))
    channel = connect(f"ipv4:{lost.address},{kept.address}", server_name="localhost")
    stub = stubs.EncountersStub(channel)

    async def call(first: int) -> int:
        return len([await delete(stub, first + i) for i in range(10)])

    before = await call(0)
    calls = [asyncio.ensure_future(call(100 * i)) for i in range(1, 4)]
    lost.send(number)
    during = await asyncio.gather(*calls)
    after = await call(1000)

    assert [before, *during, after] == [10] * 5


async def delete(stub: Any, number: int) -> pb.DeleteEncounterResponse:
    request = pb.DeleteEncounterRequest(encounter_id="e1", request_id=f"request-{number}")
    answer: pb.DeleteEncounterResponse = await stub.DeleteEncounter(request, timeout=30)
    return answer
