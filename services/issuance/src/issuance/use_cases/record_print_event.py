"""What a printer reports about its jobs, recorded in the cases: each event once."""

import structlog
from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.case import ISSUANCE, ApplicationNotFound
from issuance.domain.history import EventDetails
from issuance.domain.states import ApplicationEvent, ApplicationState, OutboxTaskKind
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.ports import JobOutcome, PrintJobEvent

_log = structlog.get_logger(__name__)


class PrintJobUnconfirmed(Exception):
    """The event is about a job whose creation the printer has not confirmed to us yet."""


class RecordPrintEvent:
    """Applies the outcome of a print job to its case."""

    def __init__(self, store: Store, apply_transition: ApplyTransition, clock: Clock) -> None:
        self._store = store
        self._apply_transition = apply_transition
        self._clock = clock

    async def __call__(self, office: str, event: PrintJobEvent) -> None:
        """Commit the outcome together with the resume token. Raises PrintJobUnconfirmed."""
        if event.job and event.outcome is JobOutcome.IN_PROGRESS:
            return  # nothing to store: after a crash the event is sent again
        async with self._store.begin() as records:
            if event.outcome is not JobOutcome.IN_PROGRESS:
                await self._apply_outcome(records, event)
            await records.print_event_tokens.store(office, event.resume_token)
            failpoint("print_event.before_commit")
        failpoint("print_event.after_commit")

    async def _apply_outcome(self, records: Records, event: PrintJobEvent) -> None:
        try:
            case = await records.cases.get(event.case)
        except ApplicationNotFound:
            # Only people can find out about such a job; other cases must not wait for that.
            _log.exception("print_job_without_application", job=event.job, application=event.case)
            return
        if case.state is not ApplicationState.PRINTING:
            return
        if case.print_job != event.job:
            if await records.outbox.is_pending(case.id, OutboxTaskKind.PRINT):
                raise PrintJobUnconfirmed(event.job)
            return
        now = self._clock.now()
        if event.outcome is JobOutcome.DONE:
            case, kind = case.printed(event.book_serial, now), ApplicationEvent.FINISH_PRINT
            details = EventDetails(book_serial=event.book_serial)
        else:
            case, kind = case.print_failed(), ApplicationEvent.FAIL_PRINT
            details = EventDetails(print_job=event.job)
        await self._apply_transition(records, case, kind, ISSUANCE, now, details)
