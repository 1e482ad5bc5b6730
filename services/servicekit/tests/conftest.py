"""A public key infrastructure and servers for tests, over real sockets with mutual TLS."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import (  # type: ignore[import-untyped]
    error_details_pb2,
    status_pb2,
)
from passport.matcher.v1 import encounters_pb2, encounters_pb2_grpc
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc
from servicekit.grpc.client_channel import open_channel
from servicekit.grpc.server import Server
from servicekit.process.settings import ServiceSettings
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.tls import TlsFiles

PROGRAM = Path(__file__).with_name("program.py")

POLICY = """
[allow]
"passport.matcher.v1.Encounters/CreateEncounter" = ["service:issuance"]
"passport.matcher.v1.Encounters/GetEncounter" = ["service:issuance", "administrator"]
"passport.matcher.v1.Encounters/DeleteEncounter" = ["service:issuance", "service:registry"]
"passport.printer.v1.PrintJobs/WatchPrintJobs" = ["service:issuance", "operator"]
"grpc.health.v1.Health/Check" = ["*"]
"grpc.health.v1.Health/Watch" = ["*"]
"grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo" = ["administrator"]
"""


class Pki:
    """Certificates of one development authority."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def service(self, name: str) -> TlsFiles:
        return issue_certificate(self.directory, office="national", service=name)

    def user(self, role: str, office: str = "BJM") -> TlsFiles:
        return issue_certificate(self.directory, office=office, user="siti", role=role)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def settings(pki: Pki, tmp_path: Path) -> Callable[..., ServiceSettings]:
    """Settings of a service on a free port; a test may override any."""

    def make(**others: Any) -> ServiceSettings:
        policy = tmp_path / "policy.toml"
        policy.write_text(POLICY)
        files = pki.service("matcher")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        values: dict[str, Any] = {
            "listen": f"127.0.0.1:{port}",
            "certificate": files.certificate,
            "private_key": files.private_key,
            "authority": files.authority,
            "policy_file": policy,
            "database_url": f"sqlite+aiosqlite:///{tmp_path}/database",
            "environment": "test",
            "drain_seconds": 0.05,
            # It would end the tests' process when the machine was suspended for a while.
            "watchdog_seconds": 0,
        }
        return ServiceSettings.load(**(values | others))

    return make


Serve = Callable[..., Coroutine[Any, Any, str]]


@pytest.fixture
async def serve(settings: Callable[..., ServiceSettings]) -> AsyncIterator[Serve]:
    """Serve some handlers of Encounters and PrintJobs in this process; returns the address."""
    async with AsyncExitStack() as stack:

        async def start(handlers: dict[str, Callable[..., Any]], **others: Any) -> str:
            chosen = settings(**others)
            server = Server(
                chosen,
                error_domain="passport.matcher",
                services=[
                    encounters_pb2.DESCRIPTOR.services_by_name["Encounters"],
                    jobs_pb2.DESCRIPTOR.services_by_name["PrintJobs"],
                ],
            )
            methods = {name: staticmethod(handler) for name, handler in handlers.items()}
            encounters: Any = type("E", (encounters_pb2_grpc.EncountersServicer,), methods)
            jobs: Any = type("J", (jobs_pb2_grpc.PrintJobsServicer,), methods)
            encounters_pb2_grpc.add_EncountersServicer_to_server(encounters(), server.grpc)
            jobs_pb2_grpc.add_PrintJobsServicer_to_server(jobs(), server.grpc)
            listening = asyncio.Event()

            async def ready() -> None:
                listening.set()

            running = asyncio.create_task(server.run(ready))
            stack.push_async_callback(_stop, running)
            waiting = asyncio.create_task(listening.wait())
            await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                waiting.cancel()
                running.result()  # raises what kept the server from starting
            return chosen.listen

        yield start


async def _stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.wait([running])


@pytest.fixture
async def connect(pki: Pki) -> AsyncIterator[Callable[..., grpc.aio.Channel]]:
    """Channels that are closed after the test, with issuance's identity by default."""
    async with AsyncExitStack() as stack:

        def make(address: str, tls: TlsFiles | None = None, **options: Any) -> grpc.aio.Channel:
            made = open_channel(address, tls or pki.service("issuance"), **options)
            stack.push_async_callback(made.close)
            return made

        yield make


class Failure:
    """The status and error details of a failed call."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        self.code = error.code()
        self.message = error.details() or ""
        self.info = error_details_pb2.ErrorInfo()
        self.bad_request = error_details_pb2.BadRequest()
        self.retry: error_details_pb2.RetryInfo | None = None
        for detail in _details(error):
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                detail.Unpack(self.info)
            elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
                detail.Unpack(self.bad_request)
            else:
                self.retry = error_details_pb2.RetryInfo.FromString(detail.value)

    @property
    def fields(self) -> list[str]:
        return [violation.field for violation in self.bad_request.field_violations]


def _details(error: grpc.aio.AioRpcError) -> Iterable[Any]:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            yield from status_pb2.Status.FromString(value).details


@pytest.fixture
def failure() -> Callable[..., Coroutine[Any, Any, Failure]]:
    """Await a call that must fail; returns its Failure."""

    async def of(call: Any) -> Failure:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call
        return Failure(caught.value)

    return of


class Process:
    """A running test program; ``address`` is where it listens."""

    def __init__(self, process: asyncio.subprocess.Process, address: str) -> None:
        self.process = process
        self.address = address

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ended(self) -> int:
        return await asyncio.wait_for(self.process.wait(), 30)


Launch = Callable[..., Coroutine[Any, Any, Process]]


@pytest.fixture
async def launch(settings: Callable[..., ServiceSettings], tmp_path: Path) -> AsyncIterator[Launch]:
    """Start the test program with some settings; it is killed after the test if it still runs."""
    async with AsyncExitStack() as stack:

        async def start(**others: Any) -> Process:
            chosen = settings(**others)
            config = tmp_path / f"{chosen.listen}.toml"
            values = chosen.model_dump(mode="json", exclude_none=True)
            config.write_text("".join(f"{key} = {json.dumps(v)}\n" for key, v in values.items()))
            # Whoever runs the tests may have set it, and READY would be seen without being flushed.
            environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
            process = await asyncio.create_subprocess_exec(
                sys.executable, str(PROGRAM), str(config),
                stdout=asyncio.subprocess.PIPE, env=environment,
            )  # fmt: skip
            stack.push_async_callback(_kill, process)
            assert process.stdout is not None
            line = await asyncio.wait_for(process.stdout.readline(), 60)
            ready, name, address = line.decode().split()
            assert (ready, name) == ("READY", "matcher")
            return Process(process, address)

        yield start


async def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
