"""How does a service run? As a gRPC server with mutual TLS, health checks and a graceful drain."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from servicekit.grpc.call_audit import serve_metrics
from servicekit.grpc.interceptor import Interceptor
from servicekit.grpc.load_shedding import LoadShedding
from servicekit.grpc.method_handlers import Context
from servicekit.process import failpoint, logs
from servicekit.process.settings import ServiceSettings
from servicekit.security.access_policy import Policy
from servicekit.security.tls import TlsFiles, read_certificate_identity, server_credentials

__all__ = ["Context", "Server"]

# gRPC reads requests up to this many times the size limit, so that the error can carry a reason;
# above that gRPC itself answers RESOURCE_EXHAUSTED, without a reason.
_READ_LIMIT_FACTOR = 4

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

# Between reporting NOT_SERVING and refusing calls, so that clients can turn to other replicas.
_NOT_SERVING_NOTICE_SECONDS = 0.2


class Server:
    """Serves the servicers added to ``grpc``, and the gRPC services Health and Reflection.

    error_domain: ErrorInfo.domain, for instance ``passport.matcher``; its last part is the name of
    the service. services: those added, for health and reflection. Configures the process's logs and
    failpoints. Raises OSError, ValueError or PolicyError when settings name unusable files.
    """

    def __init__(
        self, settings: ServiceSettings, *, error_domain: str, services: Sequence[ServiceDescriptor]
    ) -> None:
        logs.configure(settings.log_level)
        failpoint.arm(settings.failpoints)
        self._settings = settings
        self._name = error_domain.rpartition(".")[2]
        self._load_shedding = LoadShedding(settings.max_calls_in_flight)
        self.grpc: grpc.aio.Server = grpc.aio.server(
            interceptors=[
                Interceptor(
                    country=read_certificate_identity(settings.certificate).country,
                    error_domain=error_domain,
                    policy=Policy.load(settings.policy_file),
                    load_shedding=self._load_shedding,
                    max_message_bytes=settings.max_message_bytes,
                    default_deadline=settings.default_deadline_seconds,
                )
            ],
            options=_options(settings.max_message_bytes),
        )
        self._explicit_health: set[str] = set()
        self._services = ["", *(service.full_name for service in services)]
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.grpc)
        reflection.enable_server_reflection(
            [*self._services[1:], health.SERVICE_NAME, reflection.SERVICE_NAME], self.grpc
        )

    async def set_serving(self, service: str, serving: bool) -> None:
        """Set the health status of a service, by its full name; "" is the whole server."""
        self._explicit_health.add(service)
        await self._health.set(service, _SERVING if serving else _NOT_SERVING)

    async def run(self, ready: Callable[[], Awaitable[None]] | None = None) -> None:
        """Serve until SIGTERM or SIGINT, then drain: report NOT_SERVING, let calls finish, stop.

        Prints ``READY <name> <host:port>`` on stdout once it listens. All services are NOT_SERVING
        until ``ready`` returns; then those become SERVING whose health was not set explicitly.
        Raises what ``ready`` raises.
        """
        await self._start()
        serving = asyncio.create_task(self._serve(ready))
        try:
            with _on_stop_signal(serving.cancel):
                await asyncio.wait([serving])
        finally:
            serving.cancel()
            await self._drain()
        if not serving.cancelled():
            serving.result()

    async def _start(self) -> None:
        settings = self._settings
        for service in self._services:
            await self._health.set(service, _NOT_SERVING)
        files = TlsFiles(settings.certificate, settings.private_key, settings.authority)
        port = self.grpc.add_secure_port(settings.listen, server_credentials(files))
        if settings.metrics_listen is not None:
            serve_metrics(settings.metrics_listen)
        await self.grpc.start()
        host = settings.listen.rpartition(":")[0]
        sys.stdout.write(f"READY {self._name} {host}:{port}\n")
        sys.stdout.flush()

    async def _serve(self, ready: Callable[[], Awaitable[None]] | None) -> None:
        if ready is not None:
            await ready()
        for service in self._services:
            if service not in self._explicit_health:
                await self.set_serving(service, True)
        # Not wait_for_termination(): after its cancellation the server cannot be stopped.
        await asyncio.Event().wait()

    async def _drain(self) -> None:
        await self._health.enter_graceful_shutdown()
        await asyncio.sleep(min(_NOT_SERVING_NOTICE_SECONDS, self._settings.drain_seconds))
        stopping = asyncio.create_task(self.grpc.stop(self._settings.drain_seconds))
        self._load_shedding.end_streams()
        await stopping


@contextmanager
def _on_stop_signal(handler: Callable[[], object]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _options(max_message_bytes: int) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", _READ_LIMIT_FACTOR * max_message_bytes),
        ("grpc.max_send_message_length", -1),  # checked by our encoder, which gives a reason
        # Clients ping often to notice a frozen server; without this, long idle calls would end
        # with "Too many pings".
        ("grpc.http2.max_ping_strikes", 0),
        ("grpc.keepalive_permit_without_calls", 1),
        # Otherwise two servers could share one port, each getting some of the calls, unnoticed.
        ("grpc.so_reuseport", 0),
    ]
