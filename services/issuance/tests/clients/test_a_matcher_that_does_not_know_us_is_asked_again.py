"""A policy or certificate that is wrong at the matcher is mended there: no work is given up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as Packed
from google.rpc import code_pb2, error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status
from issuance.clients.matcher_client import MatcherClient
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.outbox import OutboxTask
from issuance.domain.states import OutboxTaskKind
from issuance.use_cases.ports import Unavailable, WorkRefused
from passport.matcher.v1 import encounters_pb2_grpc

TASK = OutboxTask(
    id="task", kind=OutboxTaskKind.IDENTIFY, case="case", office="BJM",
    priority_class=PriorityClass.NORMAL, queue_number=1, request_id="request", payload=b"",
    created_at=datetime.fromisoformat("2018-10-26T09:00:00+08:00"),
)  # fmt: skip


@asynccontextmanager
async def a_matcher_that_refuses(reason: str) -> AsyncIterator[MatcherClient]:
    async def refuse(request: Any, context: Any) -> None:
        detail = Packed()
        detail.Pack(error_details_pb2.ErrorInfo(reason=reason))
        status = status_pb2.Status(code=code_pb2.PERMISSION_DENIED, details=[detail])
        await context.abort_with_status(rpc_status.to_status(status))

    server = grpc.aio.server()
    base: Any = encounters_pb2_grpc.EncountersServicer
    matcher: Any = type("Matcher", (base,), {"CreateEncounter": staticmethod(refuse)})
    encounters_pb2_grpc.add_EncountersServicer_to_server(matcher(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield MatcherClient(channel, 5.0)
    await server.stop(None)


@pytest.mark.parametrize(
    ("reason", "error"), [("NOT_PERMITTED", Unavailable), ("ENCOUNTER_EXISTS", WorkRefused)]
)
async def test_what_the_matcher_may_accept_later(reason: str, error: type[Exception]) -> None:
    async with a_matcher_that_refuses(reason) as matcher:
        with pytest.raises(error):
            await matcher.enrol(TASK, "person", b"")
