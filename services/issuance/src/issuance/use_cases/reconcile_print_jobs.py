"""Compare the cases of an office with the jobs of its printer, after one of both was restored."""

import structlog
from servicekit.process.clock import Clock

from issuance.domain import case_printing
from issuance.domain.actor import ISSUANCE
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.print_failure import JOB_LOST, PrintFailure
from issuance.domain.print_job_event import JobOutcome, PrintEventDecision, PrintJobEvent
from issuance.domain.states import ApplicationState
from issuance.store.records import Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.ports import Printer
from issuance.use_cases.record_print_event import RecordPrintEvent
from issuance.use_cases.record_print_failure import record_print_failure

_log = structlog.get_logger(__name__)

_LOST = (
    "the printer lost the job in a restore of its database; it was asked for again and is held "
    "there until two persons have looked for the book"
)
_LOST_AND_NOT_ASKED_FOR = "the printer lost the job in a restore of its database"
_BOOK_OF_NO_JOB = "the printer made this book, and does not know its job any more"
_SUPERFLUOUS = "the application has its passport already, or gets none any more"


class ReconcilePrintJobs:
    """Asks the printer of an office what became of jobs, and records it."""

    def __init__(
        self,
        store: Store,
        printer: Printer,
        record: RecordPrintEvent,
        apply_transition: ApplyTransition,
        clock: Clock,
    ) -> None:
        self._store = store
        self._printer = printer
        self._record = record
        self._apply_transition = apply_transition
        self._clock = clock

    async def find_lost_jobs(self, office: str) -> None:
        """Ask again for each job that the printer does not know any more. Raises Unavailable.

        Nobody can tell whether such a job was printed before the restore, so the printer holds the
        new one.
        """
        async with self._store.read() as records:
            printing = await records.cases.printing(office)
        for case in printing:
            if await self._printer.get_print_job(office, case.print_job) is None:
                await self._ask_again(case)

    async def retry_unrecorded(self, office: str) -> None:
        """Record the events that could not be recorded, as their jobs are now. Raises Unavailable.

        A job that the printer has no more decides nothing. If it made a book, people look for that.
        """
        async with self._store.read() as records:
            events = await records.unrecorded_print_events.of_office(office)
        for event in events:
            if event.outcome is JobOutcome.LOST:
                continue
            now_is = await self._printer.get_print_job(office, event.job)
            if now_is is not None:
                await self.record(office, now_is)
                continue
            async with self._store.begin() as records:
                if event.book_serial:
                    await records.unrecorded_print_events.explain(
                        office, event.job, _BOOK_OF_NO_JOB
                    )
                else:
                    await records.unrecorded_print_events.delete(office, event.job)

    async def record(self, office: str, event: PrintJobEvent) -> None:
        """Record an event; cancel its job if it is superfluous. Raises Unavailable."""
        if await self._record(office, event) is PrintEventDecision.CANCEL_JOB:
            # One that has a book already is an open item: people must stop it.
            await self._printer.cancel_print_job(office, event.job, _SUPERFLUOUS)

    async def _ask_again(self, read: Case) -> None:
        now = self._clock.now()
        async with self._store.begin() as records:
            case = await records.cases.get(read.id)
            if not case.is_at_the_printer or case.print_job != read.print_job:
                return
            _log.warning("print_job_lost", job=case.print_job, application_id=case.id)
            lost = PrintJobEvent("", case.print_job, case.id, JobOutcome.LOST)
            await records.unrecorded_print_events.put(case.office, lost, _LOST, now)
            if case.state is not ApplicationState.PRINTING:
                # Examiners were asked meanwhile: nobody asks for another book.
                failure = PrintFailure(JOB_LOST, "", _LOST_AND_NOT_ASKED_FOR)
                await record_print_failure(records, case, failure, now, self._apply_transition)
                return
            details = EventDetails(reason=_LOST, print_job=case.print_job)
            repeat = ApplicationEvent.REPEAT_PRINT
            await self._apply_transition(
                records, case_printing.without_print_job(case), repeat, ISSUANCE, now, details
            )
