"""What a printer reports about its jobs, recorded in the cases: each event once."""

from datetime import datetime

import structlog
from servicekit.errors import DomainError
from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain import case_printing
from issuance.domain.actor import ISSUANCE
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.print_job_event import (
    JobOutcome,
    PrintEventDecision,
    PrintJobEvent,
    decide_print_event,
)
from issuance.domain.states import EXAMINED_WHILE_PRINTED, ApplicationState
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.record_print_failure import record_print_failure

_log = structlog.get_logger(__name__)

_PROBLEMS = {
    PrintEventDecision.AWAIT_CONFIRMATION: "",
    PrintEventDecision.CANCEL_JOB: "the printer has a job for an application that needs none",
    PrintEventDecision.ASK_PEOPLE: "the printer has a job that does not fit its application",
}
_REFUSED = "what the printer reports of the job does not fit what is recorded here"


class RecordPrintEvent:
    """Applies the outcome of a print job to its case.

    An event that the rules of a case refuse is stored by itself, so that the office's other events
    go on: it is tried again, and people see it as an open item. Any other error is raised, and
    nothing of the event is stored: it is sent again when the stream is resumed.
    """

    def __init__(self, store: Store, apply_transition: ApplyTransition, clock: Clock) -> None:
        self._store = store
        self._apply_transition = apply_transition
        self._clock = clock

    async def __call__(self, office: str, event: PrintJobEvent) -> PrintEventDecision:
        """Commit what follows from an event together with its resume token; return what it is."""
        if event.job and event.outcome is JobOutcome.IN_PROGRESS:
            async with self._store.read() as records:
                case = await records.cases.find(event.case)
                if await _decide(records, case, event) is PrintEventDecision.NOTHING:
                    # Nothing to store: after a crash the event is sent again.
                    return PrintEventDecision.NOTHING
        try:
            async with self._store.begin() as records:
                decision = await self._record(records, office, event)
                await self._heard(records, office, event)
                failpoint("print_event.before_commit")
        except DomainError:
            _log.exception("print_event_not_recorded", job=event.job, application_id=event.case)
            decision = PrintEventDecision.ASK_PEOPLE
            async with self._store.begin() as records:
                now = self._clock.now()
                await records.unrecorded_print_events.put(office, event, _REFUSED, now)
                await self._heard(records, office, event)
        failpoint("print_event.after_commit")
        return decision

    async def _heard(self, records: Records, office: str, event: PrintJobEvent) -> None:
        if event.resume_token:
            await records.print_event_tokens.store(office, event.resume_token)

    async def _record(
        self, records: Records, office: str, event: PrintJobEvent
    ) -> PrintEventDecision:
        if not event.job:
            return PrintEventDecision.NOTHING
        case = await records.cases.find(event.case)
        shown = await self._as_on_page(records, case, event)
        decision = await _decide(records, case, event, shows_case=shown is not None)
        now = self._clock.now()
        if decision in _PROBLEMS:
            problem = _PROBLEMS[decision]
            _log.warning(
                "print_job_not_recorded",
                job=event.job,
                application_id=event.case,
                problem=decision.name,
            )
            await records.unrecorded_print_events.put(office, event, problem, now)
            return decision
        await records.unrecorded_print_events.delete(office, event.job)
        if case and decision is not PrintEventDecision.NOTHING:
            case = shown or case
            await apply_print_outcome(records, case, event, now, self._apply_transition)
        return decision

    async def _as_on_page(
        self, records: Records, case: Case | None, event: PrintJobEvent
    ) -> Case | None:
        """Return the case as the book of an earlier job shows it; None if that is not its book."""
        failed = case is not None and case.state is ApplicationState.PRINT_FAILED
        if case is None or not failed or event.outcome is not JobOutcome.DONE:
            return None
        return await self._apply_transition.as_on_page(records, case, event)


async def _decide(
    records: Records, case: Case | None, event: PrintJobEvent, *, shows_case: bool = False
) -> PrintEventDecision:
    asked = await records.outbox.is_pending(event.case, OutboxTaskKind.PRINT)
    return decide_print_event(case, event, asked=asked, shows_case=shows_case)


def _finishing(case: Case) -> ApplicationEvent:
    """Return what a finished book is: ready, or held while nobody may have it."""
    is_held = case.awaits_identification or case.state in EXAMINED_WHILE_PRINTED
    return ApplicationEvent.HOLD_BOOK if is_held else ApplicationEvent.FINISH_PRINT


async def apply_print_outcome(
    records: Records,
    case: Case,
    event: PrintJobEvent,
    now: datetime,
    apply_transition: ApplyTransition,
) -> None:
    """Record that the job of a case is over: with a book, or without one."""
    if event.outcome is JobOutcome.DONE:
        printed = case_printing.printed(case, event.book_serial)
        details = EventDetails(book_serial=event.book_serial)
        await apply_transition(records, printed, _finishing(case), ISSUANCE, now, details)
    elif event.failure:
        await record_print_failure(records, case, event.failure, now, apply_transition)
    await records.unrecorded_print_events.delete_of_case(case.id)
