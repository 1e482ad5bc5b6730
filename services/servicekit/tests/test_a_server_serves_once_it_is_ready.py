import asyncio
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from passport.matcher.v1 import encounters_pb2, identification_pb2
from servicekit.grpc.server import Server

ENCOUNTERS = encounters_pb2.DESCRIPTOR.services_by_name["Encounters"]
IDENTIFICATION = identification_pb2.DESCRIPTOR.services_by_name["Identification"]
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


async def states(channel: grpc.aio.Channel) -> list[int]:
    health: Any = health_pb2_grpc.HealthStub(channel)
    names = ("", ENCOUNTERS.full_name, IDENTIFICATION.full_name)
    requests = [health_pb2.HealthCheckRequest(service=name) for name in names]
    return [(await health.Check(request, timeout=20)).status for request in requests]


async def test_each_service_has_a_health_status_of_its_own(
    settings: Any, connect: Any, pki: Any
) -> None:
    chosen = settings()
    services = [ENCOUNTERS, IDENTIFICATION]
    server = Server(chosen, error_domain="passport.matcher", services=services)
    listening, loaded = asyncio.Event(), asyncio.Event()

    async def ready() -> None:
        listening.set()
        await loaded.wait()
        await server.set_serving(IDENTIFICATION.full_name, False)

    running = asyncio.create_task(server.run(ready))
    await asyncio.wait_for(listening.wait(), 30)
    credentials = pki.service("issuance").channel_credentials()
    async with grpc.aio.secure_channel(chosen.listen, credentials) as asks_at_once:
        while_loading = await states(asks_at_once)
    loaded.set()
    waits_for_health = connect(chosen.listen)
    when_loaded = await states(waits_for_health)
    await server.set_serving(IDENTIFICATION.full_name, True)
    recovered = await states(waits_for_health)
    running.cancel()
    await asyncio.wait([running])

    assert while_loading == [NOT_SERVING] * 3
    assert when_loaded == [SERVING, SERVING, NOT_SERVING]
    assert recovered == [SERVING] * 3
