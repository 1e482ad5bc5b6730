"""How does a service run? As a gRPC server with mutual TLS, health checks and a graceful drain."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from servicekit.grpc.interceptor import Interceptor
from servicekit.grpc.load_shedding import LoadShedding
from servicekit.grpc.method_handlers import Context
from servicekit.grpc.server_options import server_options
from servicekit.grpc.time_limits import TimeLimits
from servicekit.process import failpoint, logs
from servicekit.process.metrics import serve_metrics
from servicekit.process.settings import ServiceSettings
from servicekit.process.watchdog import watched_event_loop
from servicekit.security.access_policy import Policy
from servicekit.security.peer_certificate import read_denied_serials
from servicekit.security.reloaded_files import ReloadedFiles
from servicekit.security.tls import TlsFiles, read_certificate_identity, server_credentials

__all__ = ["Context", "Server"]

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

# Between reporting NOT_SERVING and refusing calls, so that clients can turn to other replicas.
_NOT_SERVING_NOTICE_SECONDS = 0.2


class Server:
    """Serves the servicers added to ``grpc``, and the gRPC services Health and Reflection.

    error_domain: ErrorInfo.domain, for instance ``passport.matcher``; its last part is the name of
    the service. services: those added, for health and reflection. Configures the process's logs and
    failpoints. Raises OSError or ValueError when settings name unusable files.
    """

    def __init__(
        self, settings: ServiceSettings, *, error_domain: str, services: Sequence[ServiceDescriptor]
    ) -> None:
        logs.configure(settings.log_level)
        failpoint.arm(settings.failpoints)
        self._settings = settings
        self._name = error_domain.rpartition(".")[2]
        self._load_shedding = LoadShedding(settings.max_calls_in_flight, settings.caller_share)
        self.grpc: grpc.aio.Server = grpc.aio.server(
            interceptors=[
                Interceptor(
                    country=read_certificate_identity(settings.certificate).country,
                    error_domain=error_domain,
                    policy=ReloadedFiles(Policy.load, settings.policy_file).current,
                    denied_serials=_denied_serials(settings.denied_certificates_file),
                    load_shedding=self._load_shedding,
                    time_limits=TimeLimits(
                        call=settings.max_deadline_seconds,
                        stream=settings.max_stream_seconds,
                        message_wait=settings.max_message_wait_seconds,
                    ),
                    max_message_bytes=settings.max_message_bytes,
                )
            ],
            options=server_options(settings),
        )
        self._serving: dict[str, bool] = {}
        self._writable = True
        self._services = ["", *(service.full_name for service in services)]
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.grpc)
        reflection.enable_server_reflection(
            [*self._services[1:], health.SERVICE_NAME, reflection.SERVICE_NAME], self.grpc
        )

    async def set_serving(self, service: str, serving: bool) -> None:
        """Set the health status of a service, by its full name; "" is the whole server."""
        self._serving[service] = serving
        await self._publish_health(service)

    async def set_writable(self, writable: bool) -> None:
        """Set whether the database can be written; while not, no service is SERVING."""
        self._writable = writable
        for service in self._serving:
            await self._publish_health(service)

    async def _publish_health(self, service: str) -> None:
        serving = self._serving[service] and self._writable
        await self._health.set(service, _SERVING if serving else _NOT_SERVING)

    async def run(
        self,
        ready: Callable[[], Awaitable[None]] | None = None,
        on_drain: Callable[[], None] | None = None,
    ) -> None:
        """Serve until SIGTERM or SIGINT, then drain: report NOT_SERVING, let calls finish, stop.

        Prints ``READY <name> <host:port>`` on stdout once it listens. All services are NOT_SERVING
        until ``ready`` returns; then those become SERVING whose health was not set explicitly.
        ``on_drain`` is called before the drain, so that the service begins no new work of its own.
        Raises what ``ready`` raises.
        """
        async with watched_event_loop(self._settings.watchdog_seconds):
            await self._run(ready, on_drain or (lambda: None))

    async def _run(
        self, ready: Callable[[], Awaitable[None]] | None, on_drain: Callable[[], None]
    ) -> None:
        await self._start()
        serving = asyncio.create_task(self._serve(ready))
        try:
            with _on_stop_signal(serving.cancel):
                await asyncio.wait([serving])
        finally:
            serving.cancel()
            on_drain()
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
            if service not in self._serving:
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


def _denied_serials(file: Path | None) -> Callable[[], frozenset[int]]:
    return frozenset if file is None else ReloadedFiles(read_denied_serials, file).current
