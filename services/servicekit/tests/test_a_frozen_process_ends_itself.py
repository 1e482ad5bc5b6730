"""A process whose event loop stands still answers nobody: it ends, and is started again."""

import asyncio
from typing import Any

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from pydantic import ValidationError


async def test_a_frozen_event_loop_ends_the_process_and_shows_where(
    launch: Any, connect: Any, failure: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    process = await launch(watchdog_seconds=2)
    stub = stubs.EncountersStub(connect(process.address))

    await failure(stub.GetEncounter(pb.GetEncounterRequest(encounter_id="e1"), timeout=4))

    assert await process.ended() == 1
    assert "in freeze" in capfd.readouterr().err


async def test_an_event_loop_that_waits_is_not_frozen(launch: Any) -> None:
    process = await launch(watchdog_seconds=2)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(process.ended(), 2.5)


def test_a_negative_time_is_refused(settings: Any) -> None:
    with pytest.raises(ValidationError, match="watchdog_seconds"):
        settings(watchdog_seconds=-1)
