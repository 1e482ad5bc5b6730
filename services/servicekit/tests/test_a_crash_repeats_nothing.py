import asyncio
import signal
from typing import Any

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from pydantic import ValidationError
from servicekit.process.failpoint import arm, failpoint


def request(number: int) -> pb.DeleteEncounterRequest:
    return pb.DeleteEncounterRequest(encounter_id="e1", request_id=f"request-{number}")


@pytest.mark.parametrize("place", ["before-commit", "after-commit"])
async def test_a_call_survives_the_crash_of_its_server_and_changes_once(
    launch: Any, connect: Any, place: str
) -> None:
    doomed = await launch(failpoints=f"{place}:2")
    stub = stubs.EncountersStub(connect(doomed.address))
    await stub.DeleteEncounter(request(1), timeout=20)

    second = asyncio.ensure_future(stub.DeleteEncounter(request(2), timeout=30))
    assert await doomed.ended() == -signal.SIGKILL
    await launch(listen=doomed.address)

    assert (await second).change_token == "2"
    assert (await stub.DeleteEncounter(request(3), timeout=20)).change_token == "3"


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


@pytest.mark.parametrize("spec", ["a:0", "a:x", ":1", "a:-1"])
def test_an_invalid_failpoint_specification_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="not a failpoint"):
        arm(spec)


def test_a_failpoint_that_is_not_armed_does_nothing() -> None:
    arm("elsewhere:2")

    failpoint("here")
    failpoint("elsewhere")
    arm("")
    failpoint("elsewhere")
