"""What the simulated matcher and printer share: a server that can go away and come back."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.tls import TlsFiles, server_credentials

from .ports import free_port

A = TypeVar("A", bound=Message)
Context = grpc.aio.ServicerContext[Any, Any]
IDENTIFICATION = "passport.matcher.v1.Identification"
PRINT_JOBS = "passport.printer.v1.PrintJobs"


async def refuse(context: Context, code: str, reason: str, field: str = "") -> None:
    """End the call with a status, an ErrorInfo and the field at fault, as our services do."""
    details = [Packed()]
    details[0].Pack(error_details_pb2.ErrorInfo(reason=reason, domain="passport.test"))
    if field:
        violation = error_details_pb2.BadRequest.FieldViolation(field=field)
        details.append(Packed())
        details[1].Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    status = status_pb2.Status(code=code_pb2.Code.Value(code), message=reason, details=details)
    await context.abort_with_status(rpc_status.to_status(status))


@dataclass
class AnsweredRequests:
    """Remembers answers by request id, so that a repeated request gets the same answer."""

    answers: dict[str, tuple[bytes, Any]] = field(default_factory=dict)

    def earlier(self, request: Any) -> Any:
        """Return the answer given before to this request, or None.

        Raises AssertionError when the request id was used for another content.
        """
        content, answer = self.answers.get(request.request_id, (b"", None))
        if answer is not None:
            assert content == request.SerializeToString(deterministic=True), "REQUEST_ID_REUSED"
        return answer

    def keep(self, request: Any, answer: A) -> A:
        """Remember and return an answer."""
        content = request.SerializeToString(deterministic=True)
        self.answers[request.request_id] = (content, answer)
        return answer


class SimulatedNeighbour(ABC):
    """A server over mutual TLS that can go away and come back at the same address."""

    def __init__(self, pki: Path, service: str, office: str = "national") -> None:
        self._files = issue_certificate(pki, service=service, office=office)
        self._server: grpc.aio.Server | None = None
        self.health = health.aio.HealthServicer()
        self.address = f"127.0.0.1:{free_port()}"

    def certified(self, files: TlsFiles) -> None:
        """Serve with another certificate from the next start on."""
        self._files = files

    @abstractmethod
    def add(self, server: grpc.aio.Server) -> None:
        """Add the servicers to the server."""

    async def start(self) -> None:
        """Serve, healthy; at the same address as before."""
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        self.add(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self._server)
        self._server.add_secure_port(self.address, server_credentials(self._files))
        await self._server.start()
        for service in ("", IDENTIFICATION, PRINT_JOBS):
            await self.health.set(service, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        """Go away."""
        if self._server is not None:
            await self._server.stop(None)
        self._server = None
