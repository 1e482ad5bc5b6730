"""Assign the next job of the queue to a machine: recorded before anything is sent to it."""

from collections.abc import Callable
from dataclasses import replace

from servicekit.process.clock import Clock

from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.book import BookState
from printer.domain.job import Attempt, Job, JobEvent
from printer.domain.machine import Machine
from printer.domain.machine_selection import select_machines
from printer.domain.printer_client import PrinterStatus
from printer.store.records import Records, Store
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.machine_monitor import MachineMonitor

# Queued jobs considered for each machine; more would not change who takes the next one.
_LOOK_AHEAD = 4


class AssignNextJob:
    """Gives jobs to the machines that would finish them first.

    new_id: makes ids of attempts. They must be unique for ever, as machines know jobs by them.
    """

    def __init__(
        self, store: Store, monitor: MachineMonitor, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._store = store
        self._monitor = monitor
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, machine: Machine, status: PrinterStatus) -> Job | None:
        """Return the job that the machine shall print now, its attempt stored; None without one.

        status: the machine's, just read.
        """
        # Looked at first in a transaction that only reads: mostly there is nothing to assign.
        async with self._store.read() as records:
            if await self._job_for(records, machine.machine_id) is None:
                return None
        async with self._store.begin() as records:
            machine = await records.machines.get(machine.machine_id)
            job = await self._job_for(records, machine.machine_id)
            serial = await records.books.next_blank(machine.machine_id)
            if machine.paused or job is None or serial is None:
                return None
            return await self._record_attempt(records, job, machine, serial, status)

    async def _job_for(self, records: Records, machine_id: str) -> Job | None:
        loaded = await records.books.count_by_machine(BookState.LOADED)
        machine_ids = [
            machine.machine_id
            for machine in await records.machines.all()
            if not machine.paused and loaded.get(machine.machine_id)
        ]
        queue = await records.jobs.queued(limit=_LOOK_AHEAD * len(machine_ids))
        selected = select_machines(len(queue), self._monitor.capacities(machine_ids))
        return queue[selected.index(machine_id)] if machine_id in selected else None

    async def _record_attempt(
        self, records: Records, job: Job, machine: Machine, serial: str, status: PrinterStatus
    ) -> Job:
        now = self._clock.now()
        attempt = Attempt(
            attempt_id=self._new_id(),
            machine_id=machine.machine_id,
            book_serial=serial,
            assigned_at=now,
            printer_uuid=status.printer_uuid,
            up_time=status.up_time,
            asked_at=status.asked_at,
        )
        assigned = replace(job, attempts=(*job.attempts, attempt))
        by = Attribution(PRINTER_SERVICE, now)
        return await apply_transition(records, assigned, JobEvent.ASSIGN, by)
