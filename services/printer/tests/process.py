"""Real processes of the `printer` program, forked from one that has imported everything."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Queue
from typing import Self

TIMEOUT = 60.0


class ForkServer:
    """The process that the others are forked from; lives as long as the test run."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("fork_server_child.py")
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(
            [sys.executable, str(script)], stdin=pipe, stdout=pipe, text=True
        )
        self._started: Queue[int] = Queue()
        self._ended: defaultdict[int, Queue[int]] = defaultdict(Queue)
        threading.Thread(target=self._listen, daemon=True).start()

    def fork(self, arguments: list[str], output: Path) -> int:
        """Start a process; return its pid."""
        assert self._child.stdin is not None
        request = {"arguments": arguments, "output": str(output)}
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()
        return self._started.get(timeout=60.0)

    def wait(self, pid: int) -> int:
        """Wait for the end of a process; return its status, negative for a signal."""
        status = self._ended[pid].get(timeout=TIMEOUT)
        self._ended[pid].put(status)
        return status

    def _listen(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            message = json.loads(line)
            if "status" in message:
                self._ended[message["pid"]].put(message["status"])
            else:
                self._started.put(message["pid"])


@cache
def fork_server() -> ForkServer:
    """Return the fork server, started by whoever needs it first."""
    return ForkServer()


@dataclass(frozen=True, slots=True)
class Process:
    """A running `printer` program. address: host:port that it listens at."""

    pid: int
    address: str

    @classmethod
    async def start(cls, *arguments: str) -> Self:
        """Start `printer` with these arguments and wait for its READY line."""
        return await asyncio.to_thread(cls._start, list(arguments))

    @classmethod
    def _start(cls, arguments: list[str]) -> Self:
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "output"
            os.mkfifo(output)
            pid = fork_server().fork(arguments, output)
            with output.open() as stream:
                line = stream.readline()
        assert line.startswith("READY"), f"printer {arguments} did not start: {line!r}"
        return cls(pid, line.split()[-1])

    async def ended(self) -> int:
        """Wait until it has ended by itself; return its status."""
        return await asyncio.to_thread(fork_server().wait, self.pid)

    async def killed(self) -> None:
        """Wait until it has killed itself with SIGKILL, as at a failpoint."""
        assert await self.ended() == -signal.SIGKILL

    async def stopped(self) -> None:
        """Wait until it has stopped itself with SIGSTOP, as at a failpoint."""
        await asyncio.wait_for(asyncio.to_thread(self._stopped), TIMEOUT)

    def _stopped(self) -> None:
        while " T " not in Path(f"/proc/{self.pid}/stat").read_text():
            time.sleep(0.02)

    def go_on(self) -> None:
        """Let it go on after it was stopped."""
        os.kill(self.pid, signal.SIGCONT)

    async def end(self, number: int = signal.SIGKILL) -> int:
        """End it with a signal, if it still runs; return its status."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        return await self.ended()
