"""A country on one computer: three services and an office's machines, each a process of its own."""

import asyncio
import sys
from contextlib import AsyncExitStack
from datetime import datetime
from time import monotonic
from types import TracebackType
from typing import Any, Self

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from servicekit.process.clock import write_clock_file

from harness.configuration import SERVICES, Layout, Wishes, write_all
from harness.facts import Use
from harness.people import ADMINISTRATOR, People
from harness.process import Died, Process, free_ports
from harness.trays import Tray

_MIGRATE_SECONDS = 60.0
_START_SECONDS = 120.0
_POLL_SECONDS = 0.05
_LAST = "issuance"
# What must serve before a service counts as back; the whole server where nothing is named.
_NEEDED = {"matcher": "passport.matcher.v1.Identification"}


class Country:
    """Started with ``async with``; now: the business time, held until it is moved; None: real time.

    people: channels of everybody. trays: what lies at the machines.
    """

    def __init__(self, layout: Layout, wishes: Wishes, now: datetime | None = None) -> None:
        self.layout = layout
        self._wishes = wishes
        ports = wishes.ports or free_ports(len(SERVICES))
        self.addresses = dict(zip(SERVICES, map(_loopback, ports), strict=True))
        self.people = People(self.layout.pki, self.addresses)
        self.machines = {
            f"M{number}": _loopback(port)
            for number, port in enumerate(free_ports(wishes.machines), start=1)
        }
        self.trays = [self._tray(machine_id) for machine_id in self.machines]
        if now is not None:
            self.set_clock(now)
        write_all(self.layout, self.addresses, wishes, self.people)
        self._processes = {name: self._service(name) for name in SERVICES}
        self._processes |= {
            machine_id: self._machine(machine_id, address)
            for machine_id, address in self.machines.items()
        }
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._stack.push_async_callback(self._end)
        try:
            await asyncio.gather(*(self._migrate(name) for name in SERVICES))
            await asyncio.gather(*(self.restart(name) for name in self._processes if name != _LAST))
            # Were it here before the matcher, it would rightly open an outage.
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
    def use(self) -> dict[str, Use]:
        """What each process used until now."""
        return {name: process.use() for name, process in self._processes.items()}

    def set_clock(self, now: datetime) -> None:
        """Move the business clock."""
        self.now = now
        write_clock_file(self.layout.clock, now)

    def kill9(self, name: str) -> None:
        """End a process at once, as a power cut would."""
        self._processes[name].kill9()

    async def terminate(self, name: str) -> None:
        """Ask a process to stop and wait for its end."""
        await self._processes[name].terminate()

    async def restart(self, name: str) -> float:
        """Start a process that does not run; seconds until it serves."""
        began = monotonic()
        self._processes[name].start()
        await self.serving(name)
        return monotonic() - began

    async def kill_and_restart(self, name: str) -> float:
        """`kill -9`, and start again; seconds until it serves again."""
        self.kill9(name)
        return await self.restart(name)

    async def serving(self, name: str, within: float = _START_SECONDS) -> None:
        """Wait until a service or machine serves; raises Died when it cannot."""
        process = self._processes[name]
        await process.ready(within)
        if name in self.machines:
            return
        # The published stubs know no methods.
        health: Any = health_pb2_grpc.HealthStub(self.people.channel(name, ADMINISTRATOR))
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
        raise Died(f"{name} does not serve; its log ends with:\n{process.tail()}")

    async def _end(self) -> None:
        await self.people.close()
        await asyncio.gather(*(process.terminate() for process in self._processes.values()))

    async def _migrate(self, name: str) -> None:
        command = [sys.executable, "-m", name, "migrate", "--config", str(self.layout.config(name))]
        process = Process(f"{name} migrate", command, self.layout.log(f"{name}-migrate"))
        process.start()
        if await process.stopped(_MIGRATE_SECONDS) != 0:
            raise Died(f"{process.name} failed:\n{process.tail()}")

    def _service(self, name: str) -> Process:
        command = [sys.executable, "-m", name, "serve", "--config", str(self.layout.config(name))]
        return Process(name, command, self.layout.log(name))

    def _tray(self, machine_id: str) -> Tray:
        folder = self.layout.machines / machine_id
        return Tray(machine_id, folder / "ledger.jsonl", folder / "tray")

    def _machine(self, machine_id: str, address: str) -> Process:
        tray = self._tray(machine_id)
        command = [
            *(sys.executable, "-m", "printer", "machine"),
            *("--listen", address, "--name", machine_id),
            *("--ledger", str(tray.ledger), "--tray", str(tray.folder)),
            *("--books-per-minute", str(self._wishes.books_per_minute)),
        ]
        return Process(machine_id, command, self.layout.log(machine_id))


def _loopback(port: int) -> str:
    return f"127.0.0.1:{port}"
