"""A printer that has an office's jobs, or may have, keeps its address: no other makes its books."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.office import Office, OfficeInUse, PrinterInUse
from issuance.domain.office_changes import OfficeChanges
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.outbox_records import IMMEDIATELY
from issuance.use_cases.office_lifecycle import OfficeLifecycle
from issuance.use_cases.ports import Unavailable
from issuance.use_cases.printer_address import CallRecordedPrinter
from servicekit.security.identity import NATIONAL

from .answering_neighbours import PrinterTakesJobs
from .people import identity
from .verifying import is_verified_only
from .workflow import Workflow

ANI = identity("ani", "administrator", NATIONAL)
OTHER = Candidate("somebody-else", 12.0)


class _AnswerIsLost(PrinterTakesJobs):
    async def create_print_job(self, task: OutboxTask) -> str:
        raise Unavailable("DEADLINE_EXCEEDED")


async def _moves(workflow: Workflow, printer: str) -> Office:
    async with workflow.store.begin() as records:
        lifecycle = OfficeLifecycle(workflow.outages, 10, "ID")
        changes = OfficeChanges("BJM", printer=printer)
        return await lifecycle.put(records, changes, 0, ANI, workflow.now_is)


async def _is_released(workflow: Workflow) -> str:
    await _moves(workflow, "old:50053")
    id = await workflow.is_known(await workflow.applies())
    await workflow.approves(id)
    await workflow.plans()
    return id


@pytest.mark.parametrize("printer", ["new:50053", ""])
async def test_nobody_knows_whether_it_took_the_job(workflow: Workflow, printer: str) -> None:
    id = await _is_released(workflow)
    (task,) = await workflow.leases(OutboxTaskKind.PRINT)

    with pytest.raises(PrinterInUse):
        await _moves(workflow, printer)
    with pytest.raises(Unavailable):
        await workflow.attempts(task, _AnswerIsLost("lost"))
    async with workflow.store.begin() as records:
        await records.outbox.postpone(task, IMMEDIATELY, "DEADLINE_EXCEEDED", counts=True)

    with pytest.raises(PrinterInUse) as refused:
        await _moves(workflow, printer)
    assert refused.value.metadata == {"print_jobs": "1"}
    job = await workflow.job_is_taken(id)
    await workflow.job_has_ended(id, job)
    assert (await _moves(workflow, printer)).printer == printer


async def test_it_makes_a_book_now(workflow: Workflow) -> None:
    id = await _is_released(workflow)
    await workflow.job_is_taken(id)

    with pytest.raises(PrinterInUse):
        await _moves(workflow, "new:50053")

    assert (await _moves(workflow, "old:50053")).revision == 3


async def test_a_job_that_nobody_submitted_goes_to_the_new_one(workflow: Workflow) -> None:
    id = await _is_released(workflow)

    await _moves(workflow, "new:50053")

    assert await workflow.job_is_taken(id)


async def test_a_replica_that_calls_another_address_submits_nothing(workflow: Workflow) -> None:
    await _is_released(workflow)
    (task,) = await workflow.leases(OutboxTaskKind.PRINT)
    submitted: list[str] = []

    async def submits(task: OutboxTask) -> None:
        submitted.append(task.case)

    for called in ("older:50053", ""):
        with pytest.raises(Unavailable):
            await CallRecordedPrinter(submits, workflow.store, {"BJM": called}.__getitem__)(task)
    assert submitted == []
    await CallRecordedPrinter(submits, workflow.store, {"BJM": "old:50053"}.__getitem__)(task)
    assert submitted == [task.case]


async def test_its_office_is_not_removed(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await is_verified_only(flow)
    await flow.is_released(id)
    await flow.job_is_taken(id)
    await flow.is_known_alone(id, OTHER)
    (task,) = await flow.tasks()
    for examiner in ("budi", "dewi"):
        await flow.examines(task.id, examiner, Verdict.DUPLICATE)

    async with flow.store.begin() as records:
        lifecycle = OfficeLifecycle(flow.outages, 10, "ID")
        with pytest.raises(OfficeInUse) as refused:
            await lifecycle.remove(records, "BJM", 0, ANI, flow.now_is)

    # Refused is final, but its book is still to come.
    assert refused.value.metadata == {"applications": "0", "print_jobs": "1"}
