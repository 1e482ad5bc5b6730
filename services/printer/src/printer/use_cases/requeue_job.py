"""Put a job that was certainly not printed back into the queue, or set it or its book aside."""

from collections.abc import Callable
from datetime import datetime

from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent, JobState
from printer.domain.retry_policy import RetryPolicy
from printer.store.records import Store
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.record_job_events import RecordJobEvents


class RequeueJob:
    """Requeues jobs of one machine, which is left alone for a while then. now: real time."""

    def __init__(
        self,
        machine_id: str,
        *,
        store: Store,
        record: RecordJobEvents,
        monitor: MachineMonitor,
        retry: RetryPolicy,
        now: Callable[[], datetime],
    ) -> None:
        self._machine_id = machine_id
        self._store = store
        self._record = record
        self._monitor = monitor
        self._retry = retry
        self._now = now

    async def undelivered(self, job: Job, reason: str) -> None:
        """Requeue a job of which nothing reached the machine."""
        await self._requeue(job, [JobEvent.REQUEUE], reason)

    async def failed(self, job: Job, reason: str) -> None:
        """Requeue a job that the machine refused or aborted: page or book may be the cause.

        The job backs off, and is held after too many such attempts in a row. A book that a machine
        aborted too often is quarantined instead of being tried again.
        """
        failed = job.after_failure(self._retry, self._now())
        events = [await self._event(job)]
        if failed.failures_in_a_row >= self._retry.attempts:
            events.append(JobEvent.HOLD)
            reason = f"{failed.failures_in_a_row} attempts failed, the last one: {reason}"
        await self._requeue(failed, events, reason)

    async def _event(self, job: Job) -> JobEvent:
        if job.state is not JobState.SENT:
            return JobEvent.REQUEUE
        async with self._store.read() as records:
            aborted = await records.attempts.count_aborted(job.latest_attempt.book_serial)
        is_too_often = aborted + 1 >= self._retry.attempts_of_book
        return JobEvent.SET_BOOK_ASIDE if is_too_often else JobEvent.REQUEUE

    async def _requeue(self, job: Job, events: list[JobEvent], reason: str) -> None:
        await self._record(job, *events, reason=reason)
        self._monitor.record_no_job(self._machine_id)
        self._monitor.back_off(self._machine_id)
