"""Outbox task PRINT: submit a released case to its printer, with a signed clearance."""

from collections.abc import Callable, Sequence
from itertools import dropwhile, takewhile
from typing import Protocol

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.events import ApplicationEvent
from issuance.domain.identified_by import IdentifiedBy
from issuance.domain.outbox import OutboxTask
from issuance.domain.print_failure import CLEARANCE_USED, PrintFailure
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.ports import ClearanceExpired, Printer, PrintRefused
from issuance.use_cases.record_print_event import apply_print_outcome
from issuance.use_cases.record_print_failure import record_print_failure
from issuance.use_cases.restored import may_be_printed_already

_DATA_CHANGES = (ApplicationEvent.CORRECT_DATA, ApplicationEvent.SUBMIT_PORTRAIT)


class SignClearance(Protocol):
    """Signs clearances. is_repeated: the printer had a job for the passport and lost it, or may.

    identified_by: by what the holder was identified, if at all.
    """

    def __call__(
        self,
        task: OutboxTask,
        document_number: str,
        *,
        is_repeated: bool,
        identified_by: IdentifiedBy,
    ) -> str:
        """Return a clearance over the payload of a task for a document number."""
        ...


class SubmitPrintJob:
    """Does one task: stores a clearance, submits the job, and stores its id or its refusal."""

    def __init__(
        self,
        store: Store,
        printer: Printer,
        sign_clearance: SignClearance,
        apply_transition: ApplyTransition,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._printer = printer
        self._sign_clearance = sign_clearance
        self._apply_transition = apply_transition
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable, LeaseLost."""
        if not task.clearance:
            task = await self._with_clearance(task, task.request_id)
        failpoint("print.before_call")
        try:
            job = PrintJobEvent("", await self._submitted(task), task.case)
        except PrintRefused as refusal:
            adopted = await self._made_before(task, refusal)
            if adopted is None:
                await self._give_up(task, refusal.failure)
                return
            job = adopted
        failpoint("print.after_call")
        async with self._store.begin() as records:
            if await records.outbox.complete(task):
                await self._confirm(records, task, job)
            failpoint("print.before_commit")
        failpoint("print.after_commit")

    async def _confirm(self, records: Records, task: OutboxTask, job: PrintJobEvent) -> None:
        """Store the job of a case, and its outcome if that was reported before."""
        case = (await records.cases.get(task.case)).with_print_job(job.job)
        await records.cases.save(case)
        reported = await records.unrecorded_print_events.get(task.office, job.job) or job
        await records.unrecorded_print_events.delete(task.office, job.job)
        if reported.outcome in (JobOutcome.DONE, JobOutcome.FAILED):
            now, apply = self._clock.now(), self._apply_transition
            await apply_print_outcome(records, case, reported, now, apply)

    async def _made_before(self, task: OutboxTask, refusal: PrintRefused) -> PrintJobEvent | None:
        """Return the job that the printer has already made of this very passport, if it has one.

        After a correction the job may be one with the former data: that is for people to decide.
        A book that was revoked is no passport any more.
        """
        if not refusal.job:
            return None
        job = await self._printer.get_print_job(task.office, refusal.job)
        if job is None or job.case != task.case:
            return None
        if refusal.failure.reason == CLEARANCE_USED:
            return job
        async with self._store.read() as records:
            events = [entry.event for entry in await records.history.of_case(task.case)]
            revoked = await records.documents.is_revoked(job.document_number)
        since_first_release = dropwhile(lambda event: event is not ApplicationEvent.RELEASE, events)
        changed = any(event in _DATA_CHANGES for event in since_first_release)
        return None if changed or revoked else job

    async def _submitted(self, task: OutboxTask) -> str:
        try:
            return await self._printer.create_print_job(task)
        except ClearanceExpired:
            # The job was certainly not taken: a printer answers a request that it took before
            # from its records, whatever the age of the clearance.
            task = await self._with_clearance(task, self._new_id())
            return await self._printer.create_print_job(task)

    async def _give_up(self, task: OutboxTask, failure: PrintFailure) -> None:
        async with self._store.begin() as records:
            if await records.outbox.complete(task):
                case = await records.cases.get(task.case)
                now = self._clock.now()
                await record_print_failure(records, case, failure, now, self._apply_transition)
            failpoint("print.refused.before_commit")
        failpoint("print.refused.after_commit")

    async def _with_clearance(self, task: OutboxTask, request_id: str) -> OutboxTask:
        """Sign a clearance and store it before it is sent, so that every attempt sends the same."""
        async with self._store.begin() as records:
            case = await records.cases.get(task.case)
            events = [entry.event for entry in await records.history.of_case(case.id)]
            repeated = _is_repeated(events) or await may_be_printed_already(records, case)
            clearance = self._sign_clearance(
                task,
                case.document_number,
                is_repeated=repeated,
                identified_by=case.identified_by,
            )
            failpoint("print.clearance.before_commit")
            stored = await records.outbox.store_clearance(task, request_id, clearance)
        failpoint("print.clearance.after_commit")
        return stored


def _is_repeated(events: Sequence[ApplicationEvent]) -> bool:
    """Return whether the printer has lost a job of this passport since its latest release."""
    since = takewhile(lambda event: event is not ApplicationEvent.RELEASE, reversed(events))
    return ApplicationEvent.REPEAT_PRINT in since
