"""Two replicas over one database: a call that one of them does not answer, the other does."""

import asyncio
import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from passport.type.v1 import biometrics_pb2

from services.databases import SERVER, execute

pytestmark = pytest.mark.skipif(not SERVER, reason="a SQLite file belongs to one process")

IMAGES = biometrics_pb2.FingerSample(
    position=biometrics_pb2.FINGER_POSITION_RIGHT_INDEX,
    image=biometrics_pb2.FingerImage(
        data=bytes(1024 * 1024), format=biometrics_pb2.IMAGE_FORMAT_PNG, ppi=500
    ),
)


def deletion(number: int) -> pb.DeleteEncounterRequest:
    return pb.DeleteEncounterRequest(encounter_id="e1", request_id=f"request-{number}")


def has_failed(pid: int) -> bool:
    """Whether a process was stopped, or has ended and nobody has asked how."""
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tT" in status.read_text()


@pytest.mark.parametrize("failure", ["before-commit:2", "before-commit:2:stop"])
async def test_a_change_is_made_once(
    launch: Any, connect: Any, database_url: str, failure: str
) -> None:
    shared = {"database_url": database_url, "idempotency_lease_seconds": 1}
    fails, serves = await launch(failpoints=failure, **shared), await launch(**shared)
    stub = stubs.EncountersStub(
        connect(f"ipv4:{fails.address},{serves.address}", server_name="localhost")
    )

    answers = [
        (await stub.DeleteEncounter(deletion(number), timeout=30)).change_token
        for number in range(12)
    ]

    assert answers == [str(number) for number in range(1, 13)]
    assert has_failed(fails.process.pid)


async def test_a_large_request_is_sent_again_too(
    launch: Any, connect: Any, database_url: str
) -> None:
    fails = await launch(failpoints="before-commit:2", database_url=database_url)
    serves = await launch(database_url=database_url)
    stub = stubs.EncountersStub(
        connect(f"ipv4:{fails.address},{serves.address}", server_name="localhost")
    )
    await stub.DeleteEncounter(deletion(0), timeout=30)
    requests = [
        pb.CreateEncounterRequest(
            request_id=str(uuid4()), encounter_id=f"e{n}", person_id="p", samples=[IMAGES]
        )
        for n in range(10)
    ]

    await asyncio.gather(*(stub.CreateEncounter(each, timeout=30) for each in requests))

    assert await fails.ended() == -signal.SIGKILL
    assert await asyncio.to_thread(execute, database_url, "SELECT count(*) FROM changes") == [(11,)]
