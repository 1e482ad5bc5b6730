"""The issuance service, running: as a process that can be killed, or within the test's process."""

import asyncio
import multiprocessing
import signal
from pathlib import Path

from issuance.__main__ import main
from issuance.bootstrap.process import Issuance
from issuance.config import IssuanceSettings

from services.forked_processes import FORKED

from .callers import LONGEST_WAIT
from .ports import free_port

# A busy machine answers late: no call, lease or health check ends only because of that, and no
# watchdog ends the tests' process when the machine was suspended for a while.
SETTINGS = """
certificate = "{pki}/national-issuance.pem"
private_key = "{pki}/national-issuance.key"
authority = "{pki}/authority.pem"
policy_file = "{policy}"
database_url = "{database_url}"
environment = "test"
drain_seconds = 0
watchdog_seconds = 0
clock_file = "{folder}/clock"
log_level = "{log_level}"
matcher = "{matcher}"
clearance_key = "{folder}/clearance.pem"
clearance_key_id = "test-key"
call_timeout_seconds = {call_timeout}
lease_seconds = {lease}
outbox_poll_seconds = 0.02
max_concurrent_identifications = {identifications}
retry_first_seconds = 0.05
retry_longest_seconds = 0.2
identifications_per_second = 1000.0
identification_ramp_seconds = 0.1
plan_check_seconds = 0.05
health_check_seconds = 0.5
outage_opens_after_seconds = {outage_opens_after}
outage_ends_after_seconds = 0.2
notice_file = "{folder}/notices.jsonl"
{outage_policy}
{tariff}
{more_settings}

[[offices]]
id = "BJM"
name = "Banjarmasin"
timezone = "Asia/Makassar"
machines = {machines}
books_per_machine_per_day = 40.5
printer = "{printer}"

[[offices]]
id = "JKT"
name = "Jakarta"
timezone = "Asia/Jakarta"
machines = 1
books_per_machine_per_day = 10
{printer_of_jakarta}
"""


class ServiceProcess:
    """`issuance serve` as a process of its own, forked from one that has everything imported."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._child: multiprocessing.process.BaseProcess | None = None
        self.address = f"127.0.0.1:{free_port()}"

    async def start(self, failpoints: str = "") -> None:
        """Start it. failpoints: where it shall kill itself."""
        config = self._config.with_suffix(".armed.toml")
        armed = f'listen = "{self.address}"\nfailpoints = "{failpoints}"\n'
        config.write_text(armed + self._config.read_text())
        arguments = ["serve", "--config", str(config)]
        self._child = FORKED.Process(target=main, args=(arguments,), daemon=True)
        self._child.start()

    async def stop(self) -> None:
        """Kill it, if it runs."""
        if self._child is not None:
            self._child.kill()
            await self.killed()

    async def killed(self) -> None:
        """Wait until it has been killed. Raises AssertionError when it ended in another way."""
        assert self._child is not None
        await asyncio.to_thread(self._child.join, LONGEST_WAIT)
        assert self._child.exitcode == -signal.SIGKILL

    @property
    def is_dead(self) -> bool:
        """Whether it ended unexpectedly: never known here, since a failpoint may kill it."""
        return False


class ServiceInTest:
    """`issuance serve` in the test's event loop: it cannot be killed, but starts quickly."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._task: asyncio.Task[None] | None = None
        self.address = f"127.0.0.1:{free_port()}"

    async def start(self) -> None:
        """Start it."""
        settings = IssuanceSettings.load(self._config, listen=self.address)
        self._task = asyncio.create_task(Issuance(settings).serve())

    async def stop(self) -> None:
        """Cancel it and wait until it has ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    @property
    def is_dead(self) -> bool:
        """Whether it ended unexpectedly."""
        return self._task is not None and self._task.done()
