"""A neighbour of which a test answers some methods itself, over a real socket."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import grpc
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind

from services.issuance.tests.service.simulated_neighbour import refuse


def a_task(kind: OutboxTaskKind) -> OutboxTask:
    """Return a task of the office BJM with the request id `request`."""
    return OutboxTask(
        id="task", kind=kind, case="case", office="BJM",
        priority_class=PriorityClass.NORMAL, queue_number=1, request_id="request", payload=b"",
        created_at=datetime.fromisoformat("2018-10-26T09:00:00+08:00"),
    )  # fmt: skip


def refusing(reason: str, code: str = "PERMISSION_DENIED") -> Callable[[Any, Any], Any]:
    """Return a method that refuses each call for a reason."""

    async def method(request: Any, context: Any) -> None:
        await refuse(context, code, reason)

    return method


@asynccontextmanager
async def serving(
    base: Any, add_to_server: Callable[[Any, grpc.aio.Server], None], **methods: Any
) -> AsyncIterator[grpc.aio.Channel]:
    """Serve methods of a servicer; yield a channel to it. Other methods are UNIMPLEMENTED."""
    server = grpc.aio.server()
    own = {name: staticmethod(method) for name, method in methods.items()}
    add_to_server(type("Neighbour", (base,), own)(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    await server.stop(None)
