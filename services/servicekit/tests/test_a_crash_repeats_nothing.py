import asyncio
import os
import signal
from typing import Any

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from pydantic import ValidationError
from servicekit.process.failpoint import arm, failpoint


def request(number: int) -> pb.DeleteEncounterRequest:
    return pb.DeleteEncounterRequest(encounter_id="e1", request_id=f"request-{number}")


async def delete(stub: Any, number: int) -> str:
    response = await stub.DeleteEncounter(request(number), timeout=60)
    return str(response.change_token)


@pytest.mark.parametrize("place", ["before-commit", "after-commit"])
async def test_a_call_survives_the_crash_of_its_server_and_changes_once(
    launch: Any, connect: Any, database_url: str, place: str
) -> None:
    doomed = await launch(failpoints=f"{place}:2", database_url=database_url)
    stub = stubs.EncountersStub(connect(doomed.address))
    assert await delete(stub, 1) == "1"

    second = asyncio.ensure_future(delete(stub, 2))
    assert await doomed.ended() == -signal.SIGKILL
    await launch(listen=doomed.address, database_url=database_url)

    assert await second == "2"
    assert await delete(stub, 3) == "3"


async def test_a_server_exits_with_zero_on_sigterm(launch: Any, connect: Any) -> None:
    process = await launch()
    stub = stubs.EncountersStub(connect(process.address))
    await stub.DeleteEncounter(request(1), timeout=20)

    process.send(signal.SIGTERM)

    assert await process.ended() == 0


@pytest.mark.parametrize("environment", ["production", "demo"])
def test_failpoints_are_refused_outside_of_tests(settings: Any, environment: str) -> None:
    with pytest.raises(ValidationError, match="failpoints are refused"):
        settings(environment=environment, failpoints="before-commit")


@pytest.mark.parametrize("spec", ["a:0", "a:x", ":1", "a:-1", "a:stop:1", ":stop"])
def test_an_invalid_failpoint_specification_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="not a failpoint"):
        arm(spec)


def test_a_failpoint_that_is_not_armed_does_nothing() -> None:
    arm("elsewhere:2")

    failpoint("here")
    failpoint("elsewhere")
    arm("")
    failpoint("elsewhere")


def test_hits_are_counted_from_when_a_failpoint_is_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    signals: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: signals.append(number))
    arm("here:2, there:stop")
    failpoint("here")
    arm("here:2, there:stop")

    failpoint("here")
    assert signals == []
    failpoint("here")
    assert signals == [signal.SIGKILL]
    failpoint("here")
    failpoint("there")
    assert signals == [signal.SIGKILL, signal.SIGSTOP]
    arm("")
