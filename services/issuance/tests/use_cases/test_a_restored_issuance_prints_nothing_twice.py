"""After a restore of our own database, a printer has jobs that we know nothing of."""

import pytest
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.domain.states import ApplicationState

from .people import a_holder, identity
from .printed_jobs import a_book_of, a_job_of
from .scripted_printer import ScriptedPrinter
from .workflow import Workflow


async def _is_identified(workflow: Workflow) -> str:
    id = await workflow.applies()
    await workflow.is_identified()
    return id


def _a_job(id: str, outcome: JobOutcome = JobOutcome.DONE, number: str = "") -> PrintJobEvent:
    serial = "B0000001" if outcome is JobOutcome.DONE else ""
    return PrintJobEvent("1", "job-1", id, outcome, serial, document_number=number)


@pytest.mark.parametrize("outcome", [JobOutcome.DONE, JobOutcome.IN_PROGRESS])
async def test_a_job_of_an_application_that_nobody_knows_is_an_open_item(
    workflow: Workflow, outcome: JobOutcome
) -> None:
    await workflow.hears(_a_job("unknown", outcome))

    assert await workflow.open_print_jobs() == [("job-1", "unknown")]


async def test_until_it_ends_without_a_book(workflow: Workflow) -> None:
    await workflow.hears(_a_job("unknown", JobOutcome.IN_PROGRESS))

    await workflow.hears(_a_job("unknown", JobOutcome.FAILED))

    assert await workflow.open_print_jobs() == []


async def test_a_job_of_an_application_that_is_not_printing_yet_is_an_open_item(
    workflow: Workflow,
) -> None:
    id = await _is_identified(workflow)

    await workflow.hears(_a_job(id))

    assert await workflow.open_print_jobs() == [("job-1", id)]
    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_its_book_is_the_applications_once_it_is_approved_again(workflow: Workflow) -> None:
    id = await _is_identified(workflow)
    await workflow.hears(_a_job(id))
    await workflow.is_released(id)
    printer = ScriptedPrinter(a_book_of(await workflow.task(id, OutboxTaskKind.PRINT)))

    await workflow.submits(printer)

    case = await workflow.case(id)
    assert (case.state, case.book_serial) == (ApplicationState.READY, "B0000001")
    assert case.print_job == "job-1"
    assert printer.clearances == []
    assert await workflow.open_print_jobs() == []


async def test_a_job_that_goes_on_is_followed_once_it_is_approved_again(
    workflow: Workflow,
) -> None:
    id = await _is_identified(workflow)
    await workflow.hears(_a_job(id, JobOutcome.IN_PROGRESS))
    await workflow.is_released(id)
    printer = ScriptedPrinter(a_job_of(await workflow.task(id, OutboxTaskKind.PRINT)))
    await workflow.submits(printer)
    before = await workflow.state(id)

    await workflow.hears(_a_job(id))

    assert before is ApplicationState.PRINTING
    assert await workflow.state(id) is ApplicationState.READY
    assert printer.clearances == []


async def test_a_job_of_data_that_were_corrected_since_is_for_people(workflow: Workflow) -> None:
    id = await _is_identified(workflow)
    await workflow.is_released(id)
    printer = ScriptedPrinter()
    await workflow.submits(printer)
    await workflow.fails(id)
    await workflow.corrects(id, a_holder("1990-02-28", "Banjarbaru"), identity("siti", "officer"))
    await workflow.is_released(id)

    await workflow.submits(printer)

    failure = (await workflow.case(id)).print_failure
    assert failure is not None
    assert failure.reason == "DOCUMENT_ALREADY_CLEARED"


async def test_a_job_of_somebody_else_is_not_taken_for_ones_own(workflow: Workflow) -> None:
    id, other = await _is_identified(workflow), await _is_identified(workflow)
    await workflow.is_released(id)

    class TakesNumbers(ScriptedPrinter):
        async def get_print_job(self, office: str, job: str) -> PrintJobEvent | None:
            return _a_job(other)

    await workflow.submits(TakesNumbers(_a_job(id)))
    failed, number = await workflow.state(id), (await workflow.case(id)).document_number
    await workflow.approves(id)

    assert failed is ApplicationState.PRINT_FAILED
    assert number
    assert (await workflow.case(id)).document_number not in ("", number)
