"""A process of the service that can be stopped before and after each of its writes and requests."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.store.dispatch_epoch import DispatchEpochLost, begin_dispatch_epoch
from printer.store.records import Store
from printer.use_cases.assign_next_job import AssignNextJob
from printer.use_cases.fenced_printer_client import FencedPrinterClient
from printer.use_cases.machine_driver import MachineDriver
from printer.use_cases.machine_monitor import MachineMonitor
from servicekit.errors import DomainError

from ..print_matrix.moments import (  # noqa: TID252
    DisturbedClient,
    DisturbedStore,
    Moment,
    Moments,
)
from ..use_cases.print_room import (  # noqa: TID252
    ATTEMPT_LIMIT,
    BACKOFF_SECONDS,
    OUTCOME_UNKNOWN_AFTER,
    RETRY,
    PrintRoom,
)


@dataclass(slots=True)
class _StoppableMoments(Moments):
    """Moments that stop the process after so many of them; None for never."""

    moments_left: int | None = None
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def _reach(self, moment: Moment) -> None:
        if self.moments_left == 0:
            self.may_go_on.clear()
            self.stopped.set()
        if self.moments_left is not None:
            self.moments_left -= 1
        await self.may_go_on.wait()


class Service:
    """Drives the machines of a room, a step at a time."""

    def __init__(self, room: PrintRoom) -> None:
        self._room = room
        self._moments = _StoppableMoments()
        self._drivers: dict[str, MachineDriver] = {}
        self._step: asyncio.Task[bool] | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether it stands still in the middle of a step."""
        return self._step is not None

    async def start(self) -> None:
        """Become the dispatcher."""
        room = self._room
        by = Attribution(PRINTER_SERVICE, room.now())
        epoch = await begin_dispatch_epoch(room.database, 1.0, by)
        store = DisturbedStore(Store(room.database, epoch), self._moments)
        monitor = MachineMonitor(lambda: room.seconds, BACKOFF_SECONDS)
        assign_next_job = AssignNextJob(
            store, monitor, room, room.new_id, room.refusal, RETRY.longest_backoff
        )
        for machine_id, machine in room.machines.items():
            client = FencedPrinterClient(machine, epoch)
            disturbed = DisturbedClient(client, self._moments)
            self._drivers[machine_id] = MachineDriver(
                machine_id,
                store=store,
                connect=lambda uri, certificate, disturbed=disturbed: disturbed,  # type: ignore[misc]
                assign_next_job=assign_next_job,
                monitor=monitor,
                clock=room,
                signal=room.signal,
                outcome_unknown_after=OUTCOME_UNKNOWN_AFTER,
                attempt_limit=ATTEMPT_LIMIT,
                retry=RETRY,
                now=room.now,
            )

    async def step(self, machine_id: str, moments: int | None = None) -> None:
        """Do one step for a machine, or as much of it as there is time for."""
        self._moments.moments_left = moments
        self._moments.stopped.clear()
        self._step = asyncio.create_task(self._drivers[machine_id].step())
        stopped = asyncio.create_task(self._moments.stopped.wait())
        await asyncio.wait([self._step, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if self._step.done():
            await self._end_step()

    async def go_on(self) -> None:
        """Finish the step that was stopped. What was refused meanwhile would be logged."""
        self._moments.moments_left = None
        self._moments.may_go_on.set()
        await self._end_step()

    async def kill(self) -> None:
        """Let it die where it stands."""
        if self._step is not None:
            self._step.cancel()
            await asyncio.wait([self._step])
            self._step = None

    async def _end_step(self) -> None:
        step, self._step = self._step, None
        assert step is not None
        with suppress(DomainError, DispatchEpochLost):
            await step
