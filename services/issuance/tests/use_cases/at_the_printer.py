"""What the printer does with the jobs that it is given."""

from collections.abc import Sequence

from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.print_failure import PrintFailure
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.store.unrecorded_print_events import UnrecordedPrintEvent
from issuance.use_cases.ports import Printer
from issuance.use_cases.reconcile_print_jobs import ReconcilePrintJobs
from issuance.use_cases.record_print_event import RecordPrintEvent
from issuance.use_cases.record_print_failure import record_print_failure
from issuance.use_cases.submit_print_job import SubmitPrintJob

from .answering_neighbours import PrinterTakesJobs
from .recorded_workflow import RecordedWorkflow

CANCELLED = PrintFailure("JOB_CANCELLED", "", "the machine is moved")


class AtThePrinter(RecordedWorkflow):
    """Has printers take jobs, end them and report them."""

    async def job_is_done(self, id: str) -> None:
        """The printer takes the job of a released case and makes a good book."""
        await self._job_ends(id, JobOutcome.DONE)

    async def job_is_given_up(self, id: str) -> None:
        """The printer takes the job of a released case, and an operator cancels it."""
        await self._job_ends(id, JobOutcome.FAILED)

    async def job_is_taken(self, id: str, job: str = "") -> str:
        """The printer takes the job of a released case; the job's id."""
        printer = PrinterTakesJobs(job or f"job of {id}")
        attempt = SubmitPrintJob(
            self.store, printer, printer.sign_clearance, self.apply_transition, self, self.new_id
        )
        for task in await self.leases(OutboxTaskKind.PRINT):
            if task.case == id:
                await attempt(task)
        return (await self.case(id)).print_job

    async def job_has_ended(self, id: str, job: str, outcome: JobOutcome = JobOutcome.DONE) -> None:
        """The printer reports how a job that it had taken ended."""
        serial = f"B{next(self._serials):07d}"
        event = PrintJobEvent("token", job, id, outcome, serial, CANCELLED)
        await RecordPrintEvent(self.store, self.apply_transition, self)("BJM", event)

    async def takes_job(self, task: OutboxTask) -> None:
        """The printer takes the job of a task that is leased."""
        await self.attempts(task, PrinterTakesJobs(f"job of {task.case}"))

    async def attempts(self, task: OutboxTask, printer: PrinterTakesJobs) -> None:
        """Attempt a print task that is leased once with a printer."""
        attempt = SubmitPrintJob(
            self.store, printer, printer.sign_clearance, self.apply_transition, self, self.new_id
        )
        await attempt(task)

    async def submits(self, printer: Printer) -> None:
        """Attempt each print task once with a printer."""
        attempt = SubmitPrintJob(
            self.store, printer, lambda *_, is_repeated, **__: f"clearance {is_repeated}",
            self.apply_transition, self, self.new_id,
        )  # fmt: skip
        for task in await self.leases(OutboxTaskKind.PRINT):
            await attempt(task)

    async def fails(self, id: str) -> None:
        """The print of a released case fails, whatever the printer has."""
        tasks = [task for task in await self.leases(OutboxTaskKind.PRINT) if task.case == id]
        async with self.store.begin() as records:
            for task in tasks:
                await records.outbox.complete(task)
            case = await records.cases.get(id)
            await record_print_failure(records, case, CANCELLED, self.now_is, self.apply_transition)

    async def hears(self, event: PrintJobEvent, office: str = "BJM") -> None:
        """The printer of an office reports a job."""
        await RecordPrintEvent(self.store, self.apply_transition, self)(office, event)

    def reconciles(self, printer: Printer) -> ReconcilePrintJobs:
        """What compares the cases with the jobs of a printer."""
        record = RecordPrintEvent(self.store, self.apply_transition, self)
        return ReconcilePrintJobs(self.store, printer, record, self.apply_transition, self)

    async def open_print_jobs(self) -> list[tuple[str, str]]:
        """Job and application of each print job that is an open item."""
        return [(item.event.job, item.event.case) for item in await self.misfits()]

    async def misfits(self) -> Sequence[UnrecordedPrintEvent]:
        """The print jobs that are open items."""
        items = [item for _, item in await self.open_items()]
        return [item for item in items if isinstance(item, UnrecordedPrintEvent)]

    async def _job_ends(self, id: str, outcome: JobOutcome) -> None:
        await self.job_has_ended(id, await self.job_is_taken(id), outcome)
