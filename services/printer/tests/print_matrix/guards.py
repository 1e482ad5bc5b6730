"""The guards against a second passport, each of which the matrix can be run without.

Only here can a guard be switched off, in the matrix's own process: the service has no setting for
it. A guard that can be switched off without harm would be needless, or the matrix too weak.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from unittest.mock import patch

from printer.domain.attempt import Attempt
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent, JobState
from printer.domain.machine import Machine
from printer.domain.printer_client import PrinterClient, PrinterStatus
from printer.domain.reconciliation import (
    ReconcileAction,
    ReconcileDecision,
    decide_found_job,
    decide_missing_job,
)
from printer.store.dispatch_epoch import DispatchEpoch
from printer.store.jobs import JobRecords
from printer.store.tables.jobs import jobs
from printer.use_cases import reconcile_job
from printer.use_cases.assign_next_job import AssignNextJob
from printer.use_cases.reconcile_job import ReconcileJob
from printer.use_cases.record_job_events import RecordJobEvents
from printer.use_cases.settle_attempts import SettleAttempts

from .office import Office


class Guard(Enum):
    """What keeps a passport from being printed twice."""

    INTENT = "machine and book are recorded before anything is sent"
    RECONCILE = "a machine is asked what became of an attempt before its page is sent again"
    LOOK_AFTER_SEARCH = "the machine's start is looked at after the search for a job, not before"
    SETTLEMENT = "nothing is printed before the machine of an unknown attempt answered for it"
    CLEARANCE = "a clearance makes one job"
    FENCE = "a process that another one has replaced sends nothing and writes nothing"


@contextmanager
def without(guard: Guard | None) -> Iterator[None]:
    """Switch a guard off while the block runs."""
    with ExitStack() as patches:
        for target, name, replacement in _REPLACEMENTS[guard] if guard else ():
            patches.enter_context(patch.object(target, name, replacement))
        yield


_record_events = RecordJobEvents.__call__
_unrecorded: dict[str, Job] = {}


class _NotStored(Exception):
    """Rolls back the transaction that recorded an attempt."""


async def _assign_without_record(
    self: AssignNextJob, machine: Machine, status: PrinterStatus
) -> Job | None:
    assigned = None
    with suppress(_NotStored):
        async with self._store.begin() as records:
            job = await self._job_for(records, machine.machine_id, status)
            serial = await records.books.next_blank(machine.machine_id)
            if job is not None and serial is not None:
                assigned = await self._record_attempt(records, job, machine, serial, status)
                _unrecorded[job.job_id] = job
            raise _NotStored
    return assigned


async def _record_attempt_late(
    self: RecordJobEvents, job: Job, *events: JobEvent, reason: str = ""
) -> Job:
    queued = _unrecorded.pop(job.job_id, None)
    if queued is not None:
        job = replace(queued, attempts=job.attempts)
        events = (JobEvent.ASSIGN, *events)
    return await _record_events(self, job, *events, reason=reason)


def _send_again(*_: object) -> ReconcileDecision:
    return ReconcileDecision(ReconcileAction.SEND)


async def _look_then_search(self: ReconcileJob, client: PrinterClient, job: Job) -> None:
    status = await client.get_status()
    attempt = job.latest_attempt
    found = await client.find_job(attempt.attempt_id, self._send.machine_job_id)
    if found is not None:
        decision = decide_found_job(attempt, job.page_sha256.hex(), found)
    else:
        decision = decide_missing_job(attempt, job.state is JobState.SENT, status)
    await self._carry_out(client, job, found, decision)


async def _ask_no_machine(*_: object) -> bool:
    return True


async def _queued_whatever_is_unsettled(
    self: JobRecords, now: datetime, limit: int, longest_backoff: timedelta
) -> list[Job]:
    return [job for _, job in await self._select(jobs.c.state == JobState.QUEUED, limit=limit)]


async def _let_pass(*_: object) -> None: ...


_REPLACEMENTS: dict[Guard, list[tuple[Any, str, Any]]] = {
    Guard.INTENT: [
        (AssignNextJob, "__call__", _assign_without_record),
        (RecordJobEvents, "__call__", _record_attempt_late),
    ],
    Guard.RECONCILE: [
        (reconcile_job, "decide_found_job", _send_again),
        (reconcile_job, "decide_missing_job", _send_again),
    ],
    Guard.LOOK_AFTER_SEARCH: [(ReconcileJob, "__call__", _look_then_search)],
    Guard.SETTLEMENT: [
        (SettleAttempts, "__call__", _ask_no_machine),
        (JobRecords, "queued", _queued_whatever_is_unsettled),
        (Attempt, "is_unsettled", False),
    ],
    Guard.FENCE: [
        (DispatchEpoch, "announce_request", _let_pass),
        (DispatchEpoch, "require", _let_pass),
    ],
    Guard.CLEARANCE: [(Office, "one_clearance", False)],
}
