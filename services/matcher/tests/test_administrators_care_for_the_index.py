"""Snapshots are written and verified, the index is made anew and a replica drained, by calls."""

from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
import pytest_asyncio
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from matcher import ray_shards
from matcher.__main__ import main
from matcher.index import room_for_index
from matcher.shard_process import ShardProcess
from passport.matcher.v1 import admin_pb2, admin_pb2_grpc, identification_pb2

from . import matcher_process
from .caller import Caller, hits, refusal
from .conftest import Callers, Matchers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .people import fingers, given

IDENTIFICATION = "passport.matcher.v1.Identification"
ADMIN = "passport.matcher.v1.MatcherAdmin"


class Administrator:
    """A caller of the methods of administrators."""

    def __init__(self, caller: Caller) -> None:
        self._admin: Any = admin_pb2_grpc.MatcherAdminStub(caller.channel)
        self._operations: Any = operations_pb2_grpc.OperationsStub(caller.channel)

    async def carried_out(self, method: str, **fields: Any) -> Any:
        """Start an operation and return it when it has its result."""
        request = getattr(admin_pb2, f"{method}Request")(request_id=str(uuid4()), **fields)
        started = await getattr(self._admin, method)(request, timeout=TIMEOUT_SECONDS)
        return await self._operations.WaitOperation(
            operations_pb2.WaitOperationRequest(name=started.name), timeout=TIMEOUT_SECONDS
        )

    async def drain(self, draining: bool) -> bool:
        request = admin_pb2.SetDrainingRequest(draining=draining)
        answer = await self._admin.SetDraining(request, timeout=TIMEOUT_SECONDS)
        return bool(answer.draining)


@pytest_asyncio.fixture
async def matcher(matchers: Matchers, callers: Callers, someone: int) -> AsyncIterator[Matcher]:
    """A matcher with one person."""
    matcher = matchers()
    matcher.start()
    await callers(matcher).enrol("one", fingers(someone))
    yield matcher


_NO_FREE_MEMORY = patch.object(room_for_index, "free_memory", return_value=0)


class ShardWithoutFreeMemory(ShardProcess):
    """A shard in a process of Ray, which is no copy of this one."""

    def __init__(self, *arguments: Any) -> None:
        _NO_FREE_MEMORY.start()
        super().__init__(*arguments)


def _serve_without_free_memory(arguments: list[str]) -> None:
    with _NO_FREE_MEMORY, patch.object(ray_shards, "ShardProcess", ShardWithoutFreeMemory):
        main(arguments)


def _administrator(matcher: Matcher, callers: Callers) -> Administrator:
    return Administrator(callers(matcher, tls=matcher.administrator()))


async def test_a_snapshot_is_written_and_verified(matcher: Matcher, callers: Callers) -> None:
    administrator = _administrator(matcher, callers)
    file = matcher.folder / "index.snapshot"

    missing = await administrator.carried_out("VerifySnapshot")
    written = await administrator.carried_out("CreateSnapshot")
    verified = await administrator.carried_out("VerifySnapshot")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    damaged = await administrator.carried_out("VerifySnapshot")

    snapshot = admin_pb2.Snapshot()
    assert written.response.Unpack(snapshot), written
    assert (snapshot.encounters, snapshot.size_bytes) == (1, len(content))
    assert verified.response == written.response
    assert matcher.status().snapshot_change == 1
    for refused, reason in ((missing, "there is none"), (damaged, "checksum does not fit")):
        info = error_details_pb2.ErrorInfo()
        assert refused.error.details[0].Unpack(info)
        assert info.reason == "SNAPSHOT_UNUSABLE"
        assert reason in refused.error.message


async def test_without_a_file_there_is_no_snapshot(matchers: Matchers, callers: Callers) -> None:
    matcher = matchers(snapshot_file=None)
    matcher.start()
    administrator = _administrator(matcher, callers)

    for method in ("CreateSnapshot", "VerifySnapshot"):
        refused = await administrator.carried_out(method)
        info = error_details_pb2.ErrorInfo()
        assert refused.error.details[0].Unpack(info)
        assert info.reason == "NO_SNAPSHOT_FILE"


async def test_the_index_is_made_anew_while_the_present_one_answers(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    administrator, issuance = _administrator(matcher, callers), callers(matcher)

    rebuilt = await administrator.carried_out("RebuildIndex", recompute_embeddings=True)

    result = admin_pb2.RebuildResult()
    assert rebuilt.response.Unpack(result), rebuilt
    assert (result.people, result.fingers) == (1, 2)
    found = await issuance.identify(given(fingers(someone, impression=1)))
    assert hits(found) == ["person-of-one"]
    assert matcher.status().level == admin_pb2.SERVICE_LEVEL_FULL


async def test_an_index_is_not_made_anew_where_there_is_no_room_for_two(
    matchers: Matchers, callers: Callers, someone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matcher_process, "main", _serve_without_free_memory)
    matcher = matchers()
    matcher.start()
    await callers(matcher).enrol("one", fingers(someone))
    matcher.wait_for_status(lambda status: status.people == 1)

    refused = await refusal(_administrator(matcher, callers).carried_out("RebuildIndex"))

    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "NO_ROOM_FOR_INDEX")
    assert "0 are free" in refused.message


async def test_a_draining_replica_refuses_new_work_until_it_no_longer_drains(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    administrator, issuance = _administrator(matcher, callers), callers(matcher)
    probe = given(fingers(someone, impression=1))
    itself = identification_pb2.FingerSource(encounter_id="one")

    assert await administrator.drain(True)
    refused = [
        await refusal(call)
        for call in (
            issuance.identify(probe),
            issuance.verify(probe, itself),
            issuance.enrol("two", fingers(someone + 1)),
        )
    ]
    while_draining = (matcher.serves(IDENTIFICATION), matcher.serves(""), matcher.serves(ADMIN))
    status = matcher.status()
    assert not await administrator.drain(False)

    assert [(each.code, each.reason) for each in refused] == [("UNAVAILABLE", "DRAINING")] * 3
    assert while_draining == (False, False, True)
    assert status.draining
    assert matcher.serves(IDENTIFICATION)
    assert hits(await issuance.identify(probe)) == ["person-of-one"]
