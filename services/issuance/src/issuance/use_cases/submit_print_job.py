"""Outbox task PRINT: submit a released case to its printer, with a signed clearance."""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Protocol

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain import case_printing
from issuance.domain.case import Case
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
            await self._adopt_or_give_up(task, refusal)
            return
        failpoint("print.after_call")
        async with self._store.begin() as records:
            if await records.outbox.complete(task):
                await self._confirm(records, await records.cases.get(task.case), job)
            failpoint("print.before_commit")
        failpoint("print.after_commit")

    async def _confirm(self, records: Records, case: Case, job: PrintJobEvent) -> None:
        """Store the job of a case, and its outcome if that was reported before."""
        case = case_printing.with_print_job(case, job.job)
        await records.cases.save(case)
        reported = await records.unrecorded_print_events.get(case.office, job.job) or job
        await records.unrecorded_print_events.delete(case.office, job.job)
        if reported.outcome in (JobOutcome.DONE, JobOutcome.FAILED):
            now, apply = self._clock.now(), self._apply_transition
            await apply_print_outcome(records, case, reported, now, apply)

    async def _adopt_or_give_up(self, task: OutboxTask, refusal: PrintRefused) -> None:
        """Follow the job that the printer has made before, if its page shows what the case has."""
        job = await self._made_before(task, refusal)
        async with self._store.begin() as records:
            if await records.outbox.complete(task):
                case = await records.cases.get(task.case)
                shown = await self._shown_by(records, case, job, refusal.failure) if job else None
                if job and shown:
                    await self._confirm(records, shown, job)
                else:
                    now, apply = self._clock.now(), self._apply_transition
                    await record_print_failure(records, case, refusal.failure, now, apply)
            failpoint("print.refused.before_commit")
        failpoint("print.refused.after_commit")

    async def _made_before(self, task: OutboxTask, refusal: PrintRefused) -> PrintJobEvent | None:
        """Return the job that the printer has already made for the application, if any."""
        if not refusal.job:
            return None
        job = await self._printer.get_print_job(task.office, refusal.job)
        return job if job and job.case == task.case else None

    async def _shown_by(
        self, records: Records, case: Case, job: PrintJobEvent, failure: PrintFailure
    ) -> Case | None:
        """Return the case as the page of a job shows it; None if that is another's, or of old."""
        if failure.reason == CLEARANCE_USED:
            return case  # the clearance is signed over this very page
        return await self._apply_transition.as_on_page(records, case, job)

    async def _submitted(self, task: OutboxTask) -> str:
        try:
            return await self._printer.create_print_job(task)
        except ClearanceExpired:
            # The job was certainly not taken: a printer answers a request that it took before
            # from its records, whatever the age of the clearance.
            task = await self._with_clearance(task, self._new_id())
            return await self._printer.create_print_job(task)

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
