"""Ask a machine what became of the job that it has according to the database, and record it."""

from dataclasses import replace

from servicekit.process.failpoint import failpoint

from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent, JobState
from printer.domain.printer_client import MachineJob, PrinterClient
from printer.domain.reconciliation import (
    ReconcileAction,
    ReconcileDecision,
    decide_found_job,
    decide_missing_job,
)
from printer.domain.settlement import Settlement
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.record_job_events import RecordJobEvents
from printer.use_cases.requeue_job import RequeueJob
from printer.use_cases.send_page import SendPage


class ReconcileJob:
    """Reconciles jobs of one machine.

    attempt_limit: seconds after which a job that the machine still has is given up.
    """

    def __init__(
        self,
        machine_id: str,
        *,
        send: SendPage,
        record: RecordJobEvents,
        requeue: RequeueJob,
        monitor: MachineMonitor,
        attempt_limit: float,
    ) -> None:
        self._machine_id = machine_id
        self._send = send
        self._record = record
        self._requeue = requeue
        self._monitor = monitor
        self._attempt_limit = attempt_limit

    async def __call__(self, client: PrinterClient, job: Job) -> None:
        """Ask the machine and do what follows; raises what the client and SendPage raise."""
        attempt = job.latest_attempt
        found = await client.find_job(attempt.attempt_id, self._send.machine_job_id)
        if found is not None:
            chip_sha256 = job.chip_sha256.hex() if job.chip_sha256 else None
            decision = decide_found_job(attempt, job.page_sha256.hex(), found, chip_sha256)
        else:
            # Asked after the search: a restart between the two must not go unnoticed.
            status = await client.get_status()
            self._monitor.record_status(self._machine_id, status)
            decision = decide_missing_job(attempt, job.state is JobState.SENT, status)
        await self._carry_out(client, job, found, decision)

    async def mark_outcome_unknown(self, job: Job, reason: str, settlement: Settlement) -> None:
        """Quarantine the book until a person has looked at it."""
        attempt = replace(job.latest_attempt, settlement=settlement)
        job = job.with_latest_attempt(attempt)
        await self._record(job, JobEvent.MARK_OUTCOME_UNKNOWN, reason=reason)
        self._monitor.record_no_job(self._machine_id)

    async def _carry_out(
        self,
        client: PrinterClient,
        job: Job,
        found: MachineJob | None,
        decision: ReconcileDecision,
    ) -> None:
        match decision.action:
            case ReconcileAction.SEND:
                self._monitor.record_job_started(self._machine_id)
                await self._send(client, job)
            case ReconcileAction.WAIT:
                await self._wait(client, job)
            case ReconcileAction.CANCEL_AT_MACHINE if found is not None:
                await client.cancel_job(found.machine_job_id)
            case ReconcileAction.RECORD_PRINTED:
                await self._record_printed(job)
            case ReconcileAction.REQUEUE:
                await self._requeue.failed(job, decision.reason)
            case ReconcileAction.MARK_OUTCOME_UNKNOWN:
                await self.mark_outcome_unknown(job, decision.reason, decision.settlement)

    async def _wait(self, client: PrinterClient, job: Job) -> None:
        status = await client.get_status()
        self._monitor.record_status(self._machine_id, status)
        seconds = (status.answered_at - job.latest_attempt.asked_at).total_seconds()
        if seconds >= self._attempt_limit:
            faults = ", ".join(status.state_reasons) or "it reports no fault"
            reason = f"the machine has not finished it in {seconds:.0f} s: {faults}"
            await self.mark_outcome_unknown(job, reason, Settlement.UNSETTLED)
        elif job.state is JobState.ASSIGNED:
            await self._record(job, JobEvent.SEND)

    async def _record_printed(self, job: Job) -> None:
        failpoint("printer.completed")
        missed = [JobEvent.SEND] if job.state is JobState.ASSIGNED else []
        self._monitor.record_job_printed(self._machine_id)
        await self._record(job, *missed, JobEvent.PRINT, JobEvent.AWAIT_QUALITY_CHECK)
        failpoint("printer.printed")
