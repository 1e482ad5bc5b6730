"""Outbox task PRINT: submit a released case to its printer, with a signed clearance."""

from collections.abc import Callable

from servicekit.process.failpoint import failpoint

from issuance.domain.outbox import OutboxTask
from issuance.store.records import Store
from issuance.use_cases.ports import ClearanceExpired, Printer

SignClearance = Callable[[OutboxTask, str], str]
"""Returns a clearance over the payload of a task for a document number."""


class SubmitPrintJob:
    """Does one task: stores a clearance, submits the job, and stores its id."""

    def __init__(
        self,
        store: Store,
        printer: Printer,
        sign_clearance: SignClearance,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._printer = printer
        self._sign_clearance = sign_clearance
        self._new_id = new_id

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable, LeaseLost."""
        if not task.clearance:
            task = await self._with_clearance(task, task.request_id)
        failpoint("print.before_call")
        try:
            job = await self._printer.create_print_job(task)
        except ClearanceExpired:
            # The job was certainly not taken: a printer answers a request that it took before
            # from its records, whatever the age of the clearance.
            task = await self._with_clearance(task, self._new_id())
            job = await self._printer.create_print_job(task)
        failpoint("print.after_call")
        async with self._store.begin() as records:
            if await records.outbox.complete(task):
                case = await records.cases.get(task.case)
                await records.cases.save(case.with_print_job(job))
            failpoint("print.before_commit")
        failpoint("print.after_commit")

    async def _with_clearance(self, task: OutboxTask, request_id: str) -> OutboxTask:
        """Sign a clearance and store it before it is sent, so that every attempt sends the same."""
        async with self._store.begin() as records:
            case = await records.cases.get(task.case)
            clearance = self._sign_clearance(task, case.document_number)
            failpoint("print.clearance.before_commit")
            stored = await records.outbox.store_clearance(task, request_id, clearance)
        failpoint("print.clearance.after_commit")
        return stored
