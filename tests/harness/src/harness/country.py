"""A country on one computer: three services and an office's machines, each a process of its own."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from time import monotonic
from types import TracebackType
from typing import Any, Self

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from servicekit.process.clock import write_clock_file

from harness.configuration import SERVICES, CountryOptions, Layout, write_all
from harness.demo_facts import ProcessUsage
from harness.identities import ADMINISTRATOR, ClientChannels
from harness.machine_output import MachineOutput
from harness.process import Died, Process, free_ports

_MIGRATE_SECONDS = 60.0
# A process that ended is noticed at once. One that goes on may take minutes where cores are busy:
# at its first start the matcher compiles its numerical code.
_START_SECONDS = 600.0
_POLL_SECONDS = 0.05
_LAST = "issuance"
# The gRPC service whose health decides whether a process serves; the whole server otherwise.
_NEEDED = {"matcher": "passport.matcher.v1.Identification"}


class Country:
    """A running country, started with ``async with``. now: fixed business time; None: real time.

    clients: channels of every identity. outputs: ledger and output tray of each machine.
    """

    def __init__(
        self, layout: Layout, options: CountryOptions, now: datetime | None = None
    ) -> None:
        self.layout = layout
        self._wishes = options
        ports = options.ports or free_ports(len(SERVICES))
        self.addresses = dict(zip(SERVICES, map(_loopback, ports), strict=True))
        self.clients = ClientChannels(self.layout.pki, self.addresses)
        self.machines = {
            f"M{number}": _loopback(port)
            for number, port in enumerate(free_ports(options.machines), start=1)
        }
        self.machine_outputs = [self._tray(machine_id) for machine_id in self.machines]
        if now is not None:
            self.set_clock(now)
        write_all(self.layout, self.addresses, options, self.clients)
        self._processes = {name: self._service(name) for name in SERVICES}
        self._processes |= {
            machine_id: self._machine(machine_id, address)
            for machine_id, address in self.machines.items()
        }
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._stack.push_async_callback(self._end)
        try:
            to_migrate = [name for name in SERVICES if name not in self._wishes.have_tables]
            await asyncio.gather(*(self.migrate(name) for name in to_migrate))
            await asyncio.gather(*(self.restart(name) for name in self._processes if name != _LAST))
            # Started before the matcher it would open an outage, rightly.
            await self.restart(_LAST)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def processes(self) -> Mapping[str, Process]:
        """Return every service and machine by name."""
        return self._processes

    @property
    def usage(self) -> dict[str, ProcessUsage]:
        """Return what each process has used until now."""
        return {name: process.usage() for name, process in self._processes.items()}

    def set_clock(self, now: datetime) -> None:
        """Set the business clock."""
        self.now = now
        write_clock_file(self.layout.clock, now)

    def kill9(self, name: str) -> None:
        """Send SIGKILL to a process."""
        self._processes[name].kill9()

    async def terminate(self, name: str) -> None:
        """Send SIGTERM to a process and wait for its end."""
        await self._processes[name].terminate()

    async def migrate(self, name: str) -> None:
        """Make the tables of a service; raise Died when that fails."""
        command = [sys.executable, "-m", name, "migrate", "--config", str(self.layout.config(name))]
        process = Process(f"{name} migrate", command, self.layout.log(f"{name}-migrate"))
        process.start()
        if await process.stopped(_MIGRATE_SECONDS) != 0:
            raise Died(f"{process.name} failed:\n{process.tail()}")

    async def restart(self, name: str) -> float:
        """Start a stopped process; return the seconds until it serves."""
        began = monotonic()
        self._processes[name].start()
        await self.serving(name)
        return monotonic() - began

    async def kill_and_restart(self, name: str) -> float:
        """Kill and start a process; return the seconds until it serves again."""
        self.kill9(name)
        return await self.restart(name)

    async def serving(self, name: str, within: float = _START_SECONDS) -> None:
        """Wait until a service or machine serves; raises Died when it cannot."""
        process = self._processes[name]
        await process.ready(within)
        if name in self.machines:
            return
        # The published stubs know no methods.
        health: Any = health_pb2_grpc.HealthStub(self.clients.channel(name, ADMINISTRATOR))
        request = health_pb2.HealthCheckRequest(service=_NEEDED.get(name, ""))
        deadline = monotonic() + within
        while monotonic() < deadline and process.running:
            try:
                answer = await health.Check(request, timeout=1.0)
                if answer.status == health_pb2.HealthCheckResponse.SERVING:
                    return
            except grpc.aio.AioRpcError:
                pass  # it is not there yet; the deadline and the process say when to stop
            await asyncio.sleep(_POLL_SECONDS)
        what = f"does not serve after {within:g} s" if process.running else f"ended ({process.end})"
        raise Died(f"{name} {what}; its log ends with:\n{process.tail()}")

    async def _end(self) -> None:
        await self.clients.close()
        await asyncio.gather(*(process.terminate() for process in self._processes.values()))

    def _service(self, name: str) -> Process:
        command = [sys.executable, "-m", name, "serve", "--config", str(self.layout.config(name))]
        return Process(name, command, self.layout.log(name))

    def _tray(self, machine_id: str) -> MachineOutput:
        folder = self.layout.machines / machine_id
        return MachineOutput(machine_id, folder / "ledger.jsonl", folder / "tray")

    def _machine(self, machine_id: str, address: str) -> Process:
        output = self._tray(machine_id)
        command = [
            *(sys.executable, "-m", "printer", "simulated-printer"),
            *("--listen", address, "--name", machine_id),
            *("--ledger", str(output.ledger), "--tray", str(output.folder)),
            *("--books-per-minute", str(self._wishes.books_per_minute)),
            *("--faults", self._wishes.faults.get(machine_id, "")),
        ]
        return Process(machine_id, command, self.layout.log(machine_id))


def _loopback(port: int) -> str:
    return f"127.0.0.1:{port}"
