"""Drive all machines of the office, each at its own pace, for as long as the service runs."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog

from printer.store.dispatch_epoch import DispatchEpochLost
from printer.store.records import Store
from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.machine_driver import MachineDriver

_log = structlog.get_logger(__name__)

# A machine without a job is looked at when something changes, and this often in any case.
_IDLE_POLL_SECONDS = 1.0


class Dispatcher:
    """Runs the driver of each registered machine in a task of its own.

    make_driver: makes the driver of the machine of an id. poll_seconds: how often a machine that
    has a job is asked about it.
    """

    def __init__(
        self,
        store: Store,
        make_driver: Callable[[str], MachineDriver],
        signal: ChangeSignal,
        poll_seconds: float,
    ) -> None:
        self._store = store
        self._make_driver = make_driver
        self._signal = signal
        self._poll_seconds = poll_seconds

    async def run(self, stopping: asyncio.Event) -> None:
        """Drive the machines until `stopping` is set; machines registered meanwhile are included.

        The step that a machine is in is finished: a page cut off in the middle would make a person
        look at a good book. Whoever sets `stopping` also notifies of a change. Raises an
        ExceptionGroup with DispatchEpochLost.
        """
        driven: set[str] = set()
        async with asyncio.TaskGroup() as tasks:
            while not stopping.is_set():
                changes = self._signal.changes
                with _logged_failures(machine="all"):
                    for machine_id in await self._machine_ids() - driven:
                        tasks.create_task(self._drive(machine_id, stopping))
                        driven.add(machine_id)
                await self._signal.wait_for_change(changes, _IDLE_POLL_SECONDS)

    async def _drive(self, machine_id: str, stopping: asyncio.Event) -> None:
        driver = self._make_driver(machine_id)
        while not stopping.is_set():
            busy, changes = True, self._signal.changes
            with _logged_failures(machine=machine_id):
                busy = await driver.step()
            if busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), self._poll_seconds)
            else:
                pause = max(_IDLE_POLL_SECONDS, self._poll_seconds)
                await self._signal.wait_for_change(changes, pause)

    async def _machine_ids(self) -> set[str]:
        async with self._store.read() as records:
            return {machine.machine_id for machine in await records.machines.all()}


@contextmanager
def _logged_failures(machine: str) -> Iterator[None]:
    # Whatever failed, the database still holds the truth; the next step starts from there.
    try:
        yield
    except DispatchEpochLost:
        raise
    except Exception:
        _log.exception("machine_driver_failed", machine=machine)
