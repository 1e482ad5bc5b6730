"""Drive one machine: settle what it may still have, follow the job it has, give it the next one.

Each step may be the last before a crash. What is in the database must then suffice to ask the
machine after the next start, and never to send a page on a guess.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from servicekit.process.clock import Clock

from printer.domain.job import Job
from printer.domain.machine import Machine
from printer.domain.machine_observations import MachineObservations, differ
from printer.domain.printer_client import (
    CertificateChanged,
    Connect,
    MachineUnavailable,
    PrinterClient,
    PrinterStatus,
    RequestRefused,
)
from printer.domain.retry_policy import RetryPolicy
from printer.domain.settlement import Settlement
from printer.store.records import Store
from printer.use_cases.assign_next_job import AssignNextJob
from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.compare_with_machine import CompareWithMachine
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.print_sample import PrintSample
from printer.use_cases.reconcile_job import ReconcileJob
from printer.use_cases.record_job_events import RecordJobEvents
from printer.use_cases.requeue_job import RequeueJob
from printer.use_cases.send_page import PageNotTaken, SendPage
from printer.use_cases.settle_attempts import SettleAttempts


class MachineDriver:
    """Drives the machine `machine_id`; drivers of different machines may overlap.

    outcome_unknown_after: seconds without an answer from the machine after which the outcome of its
    job counts as unknown. attempt_limit: seconds after which it does although the machine answers.
    now: real time.
    """

    def __init__(
        self,
        machine_id: str,
        *,
        store: Store,
        connect: Connect,
        assign_next_job: AssignNextJob,
        monitor: MachineMonitor,
        clock: Clock,
        signal: ChangeSignal,
        outcome_unknown_after: float,
        attempt_limit: float,
        retry: RetryPolicy,
        now: Callable[[], datetime],
    ) -> None:
        self._machine_id = machine_id
        self._store = store
        self._connect = connect
        self._assign_next_job = assign_next_job
        self._monitor = monitor
        self._signal = signal
        self._outcome_unknown_after = outcome_unknown_after
        self._compare_with_machine = CompareWithMachine(machine_id, store, clock, monitor)
        self._stored = MachineObservations()
        record = RecordJobEvents(store, clock, signal)
        self._send = SendPage(store, record)
        self._settle_attempts = SettleAttempts(store, clock, signal)
        self._print_sample = PrintSample(machine_id, store, clock, attempt_limit, now)
        self._requeue = RequeueJob(
            machine_id, store=store, record=record, monitor=monitor, retry=retry, now=now
        )
        self._reconcile_job = ReconcileJob(
            machine_id,
            send=self._send,
            record=record,
            requeue=self._requeue,
            monitor=monitor,
            attempt_limit=attempt_limit,
        )

    async def step(self) -> bool:
        """Do what is next for the machine; return whether there is more to do soon."""
        try:
            return await self._step()
        finally:
            await self._store_observations()

    async def _store_observations(self) -> None:
        # Not with every look: a status that differs only in its times is stored now and then.
        observed = self._monitor.observations(self._machine_id)
        if differ(self._stored, observed):
            async with self._store.begin() as records:
                await records.machine_observations.put(self._machine_id, observed)
            self._stored = replace(observed)

    async def _step(self) -> bool:
        compared = self._monitor.is_compared(self._machine_id)
        # After a start all wait for it, so it is asked whatever an earlier process has seen of it.
        if compared and self._monitor.is_backing_off(self._machine_id):
            return True
        async with self._store.read() as records:
            machine = await records.machines.get(self._machine_id)
            job = await records.jobs.at_machine(self._machine_id)
        client = self._connect(machine.uri, machine.certificate_sha256)
        try:
            await self._compare_with_machine(client)
            if job is None:
                # A person may have ended it, or a process that died before it stored this.
                self._monitor.record_no_job(self._machine_id)
                return await self._start_next_job(client, machine)
            await self._follow(client, job)
        except (MachineUnavailable, RequestRefused) as error:
            await self._on_no_answer(error)
        return True

    async def _start_next_job(self, client: PrinterClient, machine: Machine) -> bool:
        status = await client.get_status()
        self._monitor.record_status(self._machine_id, status)
        if not await self._settle_attempts(client, status):
            return True
        if await self._print_sample(client, status):
            return True
        if not status.idle:
            await self._cancel_orphans(client)
            return True
        if not self._may_get_job(machine, status):
            return False
        job = await self._assign_next_job(machine, status)
        if job is None:
            return False
        self._signal.notify()
        self._monitor.record_job_started(self._machine_id)
        try:
            await self._send(client, job)
        except PageNotTaken as error:
            await self._on_page_not_taken(client, job, error)
        return True

    def _may_get_job(self, machine: Machine, status: PrinterStatus) -> bool:
        is_registered_one = status.printer_uuid == machine.printer_uuid
        return is_registered_one and not machine.paused and self._monitor.is_ready(self._machine_id)

    async def _follow(self, client: PrinterClient, job: Job) -> None:
        try:
            await self._reconcile_job(client, job)
        except PageNotTaken as error:
            await self._on_page_not_taken(client, job, error)

    async def _on_page_not_taken(
        self, client: PrinterClient, job: Job, error: PageNotTaken
    ) -> None:
        if error.refused:
            await self._requeue.failed(job, str(error))
            await self._cancel_orphans(client)
        else:
            await self._requeue.undelivered(job, str(error))

    async def _cancel_orphans(self, client: PrinterClient) -> None:
        """Cancel what waits at a machine that has no job according to the database.

        Jobs created by a process that died before it sent their document block the machine.
        """
        for orphan in await client.pending_jobs():
            await client.cancel_job(orphan.machine_job_id)

    async def _on_no_answer(self, error: Exception) -> None:
        unanswered_seconds = self._monitor.record_unreachable(
            self._machine_id, certificate_changed=isinstance(error, CertificateChanged)
        )
        if unanswered_seconds < self._outcome_unknown_after:
            return
        async with self._store.read() as records:
            job = await records.jobs.at_machine(self._machine_id)
        if job is not None:
            reason = f"the machine does not answer: {error}"
            await self._reconcile_job.mark_outcome_unknown(job, reason, Settlement.UNSETTLED)
