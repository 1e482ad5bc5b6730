"""Drive one machine: give it jobs, follow the job it has, find out what became of it.

Each step may be the last before a crash. What is in the database must then suffice to ask the
machine after the next start, and never to send a page on a guess.
"""

from collections.abc import Callable
from dataclasses import replace

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.job import Job, JobEvent, JobState
from printer.domain.machine import Machine
from printer.domain.printer_client import (
    JobSubmission,
    MachineJob,
    MachineUnavailable,
    PrinterClient,
    RequestNotDelivered,
    RequestRefused,
)
from printer.domain.reconciliation import (
    ReconcileAction,
    ReconcileDecision,
    decide_found_job,
    decide_missing_job,
)
from printer.store.records import Store
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.assign_next_job import AssignNextJob
from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.machine_monitor import MachineMonitor


class MachineDriver:
    """Drives the machine `machine_id`; drivers of different machines may overlap.

    connect: makes the client of the machine at an address. outcome_unknown_after: seconds without
    an answer from the machine after which the outcome of its job counts as unknown.
    """

    def __init__(
        self,
        machine_id: str,
        *,
        store: Store,
        connect: Callable[[str], PrinterClient],
        assign_next_job: AssignNextJob,
        monitor: MachineMonitor,
        clock: Clock,
        signal: ChangeSignal,
        outcome_unknown_after: float,
    ) -> None:
        self._machine_id = machine_id
        self._store = store
        self._connect = connect
        self._assign_next_job = assign_next_job
        self._monitor = monitor
        self._clock = clock
        self._signal = signal
        self._outcome_unknown_after = outcome_unknown_after
        # The machine's id of the job it was given last; only saves a search for it.
        self._machine_job_id: int | None = None

    async def step(self) -> bool:
        """Do what is next for the machine; return whether there is more to do soon."""
        if self._monitor.is_backing_off(self._machine_id):
            return True
        async with self._store.read() as records:
            machine = await records.machines.get(self._machine_id)
            job = await records.jobs.at_machine(self._machine_id)
        client = self._connect(machine.uri)
        try:
            if job is None:
                return await self._start_next_job(client, machine)
            await self._reconcile_job(client, job)
        except MachineUnavailable as error:
            await self._on_unreachable(str(error))
        except RequestRefused:
            self._monitor.back_off(self._machine_id)
        return True

    async def _start_next_job(self, client: PrinterClient, machine: Machine) -> bool:
        status = await client.get_status()
        self._monitor.record_status(self._machine_id, status)
        if not status.idle:
            await self._cancel_orphans(client)
            return True
        is_registered_one = status.printer_uuid == machine.printer_uuid
        if machine.paused or not is_registered_one or not self._monitor.is_ready(self._machine_id):
            return False
        job = await self._assign_next_job(machine, status)
        if job is None:
            return False
        self._signal.notify()
        await self._send(client, job)
        return True

    async def _send(self, client: PrinterClient, job: Job) -> None:
        failpoint("printer.assigned")
        self._monitor.record_job_started(self._machine_id)
        try:
            await self._submit(client, job)
        except RequestNotDelivered as error:
            await self._requeue(job, str(error))
        except _JobNotCreated as error:
            await self._requeue(job, str(error))
            await self._cancel_orphans(client)

    async def _cancel_orphans(self, client: PrinterClient) -> None:
        """Cancel the pending jobs of a machine that has no job according to the database.

        Jobs created by a process that died before it sent their document block the machine. Jobs
        whose outcome was marked unknown must not be printed any more: a person may have put their
        book back.
        """
        for orphan in await client.pending_jobs():
            await client.cancel_job(orphan.machine_job_id)

    async def _requeue(self, job: Job, reason: str) -> None:
        await self._apply(job, JobEvent.REQUEUE, reason=reason)
        self._monitor.back_off(self._machine_id)

    async def _submit(self, client: PrinterClient, job: Job) -> None:
        async with self._store.read() as records:
            page = await records.jobs.page(job.job_id)
        attempt = job.latest_attempt
        submission = JobSubmission(attempt.attempt_id, attempt.book_serial, page, job.page_sha256)
        try:
            machine_job_id = await client.create_job(submission)
        except RequestRefused as error:
            raise _JobNotCreated(str(error)) from error
        self._machine_job_id = machine_job_id
        failpoint("printer.created")
        await client.send_document(machine_job_id, submission)
        failpoint("printer.delivered")
        delivered = replace(attempt, delivered=True)
        job = replace(job, attempts=(*job.attempts[:-1], delivered))
        await self._apply(job, JobEvent.SEND)
        failpoint("printer.sent")

    async def _reconcile_job(self, client: PrinterClient, job: Job) -> None:
        attempt = job.latest_attempt
        found = await client.find_job(attempt.attempt_id, self._machine_job_id)
        if found is not None:
            decision = decide_found_job(attempt, job.page_sha256.hex(), found)
        else:
            # Asked after the search: a restart between the two must not go unnoticed.
            status = await client.get_status()
            self._monitor.record_status(self._machine_id, status)
            decision = decide_missing_job(attempt, job.state is JobState.SENT, status)
        await self._carry_out(client, job, found, decision)

    async def _carry_out(
        self,
        client: PrinterClient,
        job: Job,
        found: MachineJob | None,
        decision: ReconcileDecision,
    ) -> None:
        match decision.action:
            case ReconcileAction.SEND:
                await self._send(client, job)
            case ReconcileAction.WAIT:
                self._monitor.record_status(self._machine_id, await client.get_status())
                if job.state is JobState.ASSIGNED:
                    await self._apply(job, JobEvent.SEND)
            case ReconcileAction.CANCEL_AT_MACHINE if found is not None:
                await client.cancel_job(found.machine_job_id)
            case ReconcileAction.RECORD_PRINTED:
                await self._record_printed(job)
            case ReconcileAction.REQUEUE:
                await self._requeue(job, decision.reason)
            case ReconcileAction.MARK_OUTCOME_UNKNOWN:
                await self._mark_outcome_unknown(job, decision.reason)

    async def _record_printed(self, job: Job) -> None:
        failpoint("printer.completed")
        missed = [JobEvent.SEND] if job.state is JobState.ASSIGNED else []
        self._monitor.record_job_printed(self._machine_id)
        await self._apply(job, *missed, JobEvent.PRINT, JobEvent.AWAIT_QUALITY_CHECK)
        failpoint("printer.printed")

    async def _on_unreachable(self, error: str) -> None:
        unreachable_seconds = self._monitor.record_unreachable(self._machine_id)
        if unreachable_seconds < self._outcome_unknown_after:
            return
        async with self._store.read() as records:
            job = await records.jobs.at_machine(self._machine_id)
        if job is not None:
            await self._mark_outcome_unknown(job, f"the machine does not answer: {error}")

    async def _mark_outcome_unknown(self, job: Job, reason: str) -> None:
        await self._apply(job, JobEvent.MARK_OUTCOME_UNKNOWN, reason=reason)

    async def _apply(self, job: Job, *events: JobEvent, reason: str = "") -> None:
        async with self._store.begin() as records:
            for event in events:
                by = Attribution(PRINTER_SERVICE, self._clock.now())
                job = await apply_transition(records, job, event, by, reason)
        if job.state is not JobState.SENT:
            self._monitor.record_no_job(self._machine_id)
        self._signal.notify()


class _JobNotCreated(Exception):
    """The machine refused to create the job, so it has none."""
