"""One process of the country: started, waited for, killed, its log and its peak memory kept."""

import asyncio
import os
import random
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from harness.demo_facts import ProcessUsage

_POLL_SECONDS = 0.02
_READY = "READY "
_BELOW_EPHEMERAL = range(15_000, 30_000)
"""Outgoing connections get higher ports, so none of them takes the port meanwhile."""


class Died(RuntimeError):
    """A process ended that should be running, or did not get ready in time."""


class PortTaken(OSError):
    """Somebody else listens on a port that is needed."""


class Process:
    """A child process that may be restarted; all its output goes to one log."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        self.name = name
        self._peak_bytes = 0
        self._earlier_cpu = self._cpu = 0.0
        self._command = list(command)
        self._log = log
        self._child: subprocess.Popen[bytes] | None = None
        self._read_from = 0

    @property
    def running(self) -> bool:
        """Return whether the process runs."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start the process; it may have run before."""
        if self.running:
            raise Died(f"{self.name} runs already")
        self._earlier_cpu, self._cpu = self._earlier_cpu + self._cpu, 0.0
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._read_from = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as output:
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int | None:
        """Return the number of the process; None before its first start."""
        return self._child.pid if self._child else None

    @property
    def end(self) -> str:
        """Return how it ended, in words: its exit status, or the signal that killed it."""
        status = self._child.poll() if self._child else None
        if status is None:
            return "it has not ended"
        return f"killed by {signal.Signals(-status).name}" if status < 0 else f"status {status}"

    @property
    def log(self) -> Path:
        """The file with all its output."""
        return self._log

    async def ready(self, within: float) -> str:
        """Return the rest of the READY line; raises Died after ``within`` seconds."""
        deadline = monotonic() + within
        while monotonic() < deadline:
            alive = self.running
            for line in self._output().splitlines():
                if line.startswith(_READY):
                    return line.removeprefix(_READY)
            if not alive:
                break
            await asyncio.sleep(_POLL_SECONDS)
        raise Died(f"{self.name} did not get ready; {self._log} ends with:\n{self.tail()}")

    async def stopped(self, within: float) -> int:
        """Wait for its end; the exit status, negative for a signal. Raises Died if it lives on."""
        deadline = monotonic() + within
        while self.running:
            if monotonic() > deadline:
                raise Died(f"{self.name} is still running after {within:g} s")
            self._measure()
            await asyncio.sleep(_POLL_SECONDS)
        return self._child.returncode if self._child else 0

    def kill9(self) -> None:
        """End it at once, as a power cut would."""
        self._signal(signal.SIGKILL)

    async def terminate(self, within: float = 20.0) -> None:
        """Ask it to stop; killed when it does not in ``within`` s."""
        self._signal(signal.SIGTERM)
        try:
            await self.stopped(within)
        except Died:
            self.kill9()

    def usage(self) -> ProcessUsage:
        """What its lives used until now; what it uses while it stops is not seen."""
        self._measure()
        return ProcessUsage(self._peak_bytes, self._earlier_cpu + self._cpu)

    def tail(self, lines: int = 20) -> str:
        """The last lines of this life's output."""
        return "\n".join(self._output().splitlines()[-lines:])

    def _output(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._read_from)
            return log.read().decode(errors="replace")

    def _signal(self, number: signal.Signals) -> None:
        if self._child is None or not self.running:
            return
        self._measure()
        self._child.send_signal(number)
        if number is signal.SIGKILL:
            self._child.wait()

    def _measure(self) -> None:
        if self._child is not None and self.running:
            self._peak_bytes = max(self._peak_bytes, _high_water(self._child.pid))
            self._cpu = _cpu_seconds(self._child.pid)


def _high_water(pid: int) -> int:
    """VmHWM, in bytes; 0 for a process that is gone."""
    for line in _proc(pid, "status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _cpu_seconds(pid: int) -> float:
    """User and system time: fields 14 and 15 of proc(5) stat, behind the name in brackets."""
    fields = _proc(pid, "stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _proc(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nobody listens on now, and no connection gets soon."""
    ports: set[int] = set()
    while len(ports) < count:
        port = random.SystemRandom().choice(_BELOW_EPHEMERAL)
        with suppress(PortTaken):
            refuse_taken([port])
            ports.add(port)
    return list(ports)


def refuse_taken(ports: Sequence[int]) -> None:
    """Raise PortTaken where somebody listens already."""
    for port in ports:
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
            except OSError as error:
                raise PortTaken(f"port {port} is in use: does another country run?") from error
