"""Tend all machines of the office, each in its own time, for as long as the service runs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from printer.use_cases.bell import Bell
from printer.use_cases.records import Store
from printer.use_cases.tend import Tend

_log = structlog.get_logger(__name__)


# A machine without work is woken by the bell, and looked at this often all the same.
_IDLE_SECONDS = 1.0


class Dispatch:
    """Starts a task for each machine. poll_seconds: how often one at work is looked at."""

    def __init__(self, store: Store, tend: Tend, bell: Bell, poll_seconds: float) -> None:
        self._store = store
        self._tend = tend
        self._bell = bell
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Tend until cancelled; machines registered later are taken up too."""
        attended: set[str] = set()
        async with asyncio.TaskGroup() as tasks:
            while True:
                ring = self._bell.listen()
                with _surviving(machine="all"):
                    for machine_id in await self._machine_ids() - attended:
                        tasks.create_task(self._attend(machine_id))
                        attended.add(machine_id)
                await ring.wait(_IDLE_SECONDS)

    async def _attend(self, machine_id: str) -> None:
        while True:
            busy, ring = True, self._bell.listen()
            with _surviving(machine=machine_id):
                busy = await self._tend(machine_id)
            if busy:
                await asyncio.sleep(self._poll_seconds)
            else:
                await ring.wait(max(_IDLE_SECONDS, self._poll_seconds))

    async def _machine_ids(self) -> set[str]:
        async with self._store.read() as records:
            return {machine.machine_id for machine in await records.machines.all()}


@contextmanager
def _surviving(machine: str) -> Iterator[None]:
    # Whatever it was, the database still says what is true; the next step asks again.
    try:
        yield
    except Exception:
        _log.exception("tending_failed", machine=machine)
