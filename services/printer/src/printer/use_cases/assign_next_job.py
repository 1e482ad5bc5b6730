"""Assign the next job of the queue to a machine: recorded before anything is sent to it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from servicekit.process.clock import Clock

from printer.domain.attempt import Attempt
from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.book import BookState
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.domain.machine import Machine
from printer.domain.machine_selection import MachineCapacity, select_machines
from printer.domain.maintenance import before_maintenance
from printer.domain.printer_client import PrinterStatus
from printer.store.records import Records, Store
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.machine_monitor import MachineMonitor

# Queued jobs considered for each machine; more would not change who takes the next one.
_LOOK_AHEAD = 4


Refusal = Callable[[Records, Job, datetime], Awaitable[tuple[JobEvent, str] | None]]


class AssignNextJob:
    """Gives jobs to the machines that would finish them first.

    new_id: makes ids of attempts. They must be unique for ever, as machines know jobs by them.
    refusal: returns what happens to a job that must not be printed any more, and why.
    longest_backoff: how long a job waits at most after a failure.
    """

    def __init__(
        self,
        store: Store,
        monitor: MachineMonitor,
        clock: Clock,
        new_id: Callable[[], str],
        refusal: Refusal,
        longest_backoff: timedelta,
    ) -> None:
        self._longest_backoff = longest_backoff
        self._refusal = refusal
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
            if await self._job_for(records, machine.machine_id, status) is None:
                return None
        async with self._store.begin() as records:
            job = await self._job_for(records, machine.machine_id, status)
            serial = await records.books.next_blank(machine.machine_id)
            if job is None or serial is None:
                return None
            refusal = await _refusal_after_restore(records, job)
            refusal = refusal or await self._refusal(records, job, self._clock.now())
            if refusal is not None:
                by = Attribution(PRINTER_SERVICE, self._clock.now())
                await apply_transition(records, job, refusal[0], by, refusal[1])
                return None
            return await self._record_attempt(records, job, machine, serial, status)

    async def _job_for(
        self, records: Records, machine_id: str, status: PrinterStatus
    ) -> Job | None:
        machines = await records.machines.all()
        if not all(self._monitor.is_compared(machine.machine_id) for machine in machines):
            return None
        if await records.restores.unreleased() is not None:
            return None
        loaded = await records.books.count_by_machine(BookState.LOADED)
        machine_ids = [
            machine.machine_id
            for machine in machines
            if not machine.paused
            and loaded.get(machine.machine_id)
            and self._monitor.can_take_job(machine)
        ]
        limit = _LOOK_AHEAD * len(machine_ids)
        queue = await records.jobs.queued(status.answered_at, limit, self._longest_backoff)
        selected = select_machines(len(queue), await self._capacities(records, machine_ids))
        return queue[selected.index(machine_id)] if machine_id in selected else None

    async def _capacities(self, records: Records, machine_ids: list[str]) -> list[MachineCapacity]:
        now = self._clock.now()
        windows = await records.maintenance.not_over(now)
        return before_maintenance(self._monitor.capacities(machine_ids), windows, now)

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


async def _refusal_after_restore(records: Records, job: Job) -> tuple[JobEvent, str] | None:
    # The job may have been at a machine when the restore was noticed, and queued since.
    finding = await records.restores.unreleased_finding(job)
    return None if finding is None else (JobEvent.HOLD, finding)
