"""After a restore of a printer's database, its jobs are compared with the cases."""

import pytest
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.domain.states import ApplicationState
from issuance.use_cases.ports import Unavailable

from .at_the_printer import CANCELLED
from .scripted_printer import ScriptedPrinter
from .workflow import Workflow


async def _is_at_the_printer(workflow: Workflow, printer: ScriptedPrinter) -> str:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.is_released(id)
    await workflow.submits(printer)
    return id


async def test_a_job_that_it_lost_is_asked_for_again_as_a_repeated_one(workflow: Workflow) -> None:
    printer = ScriptedPrinter()
    id = await _is_at_the_printer(workflow, printer)
    printer.jobs.clear()

    await workflow.reconciles(printer).find_lost_jobs("BJM")
    items = await workflow.open_print_jobs()
    await workflow.submits(printer)

    assert await workflow.state(id) is ApplicationState.PRINTING
    assert items == [("job-1", id)]
    assert printer.clearances == ["clearance False", "clearance True"]
    assert (await workflow.history(id))[-1].event == "repeat_print"


async def test_once_however_often_the_jobs_are_compared(workflow: Workflow) -> None:
    printer = ScriptedPrinter()
    await _is_at_the_printer(workflow, printer)
    printer.jobs.clear()

    for _ in range(3):
        await workflow.reconciles(printer).find_lost_jobs("BJM")
        await workflow.submits(printer)

    assert printer.clearances == ["clearance False", "clearance True"]


async def test_the_open_item_ends_with_the_print(workflow: Workflow) -> None:
    printer = ScriptedPrinter()
    id = await _is_at_the_printer(workflow, printer)
    printer.jobs.clear()
    await workflow.reconciles(printer).find_lost_jobs("BJM")
    await workflow.submits(printer)

    await workflow.hears(PrintJobEvent("1", "job-1", id, JobOutcome.DONE, "B0000001"))

    assert await workflow.state(id) is ApplicationState.READY
    assert await workflow.open_print_jobs() == []


async def test_what_it_has_still_goes_on(workflow: Workflow) -> None:
    printer = ScriptedPrinter()
    id = await _is_at_the_printer(workflow, printer)

    await workflow.reconciles(printer).find_lost_jobs("BJM")

    assert (await workflow.case(id)).print_job == "job-1"
    assert printer.clearances == ["clearance False"]


async def test_a_printer_that_does_not_answer_has_lost_nothing(workflow: Workflow) -> None:
    printer = ScriptedPrinter()
    id = await _is_at_the_printer(workflow, printer)
    printer.is_off = True

    with pytest.raises(Unavailable):
        await workflow.reconciles(printer).find_lost_jobs("BJM")

    assert (await workflow.case(id)).print_job == "job-1"


async def test_a_job_it_has_again_of_a_passport_that_exists_is_cancelled(
    workflow: Workflow,
) -> None:
    printer = ScriptedPrinter()
    id = await _is_at_the_printer(workflow, printer)
    await workflow.hears(PrintJobEvent("1", "job-1", id, JobOutcome.DONE, "B0000001"))

    await workflow.reconciles(printer).record("BJM", PrintJobEvent("1", "job-1", id))
    items = await workflow.open_print_jobs()
    cancelled = PrintJobEvent("2", "job-1", id, JobOutcome.FAILED, failure=CANCELLED)
    await workflow.hears(cancelled)

    assert printer.cancelled == ["job-1"]
    assert items == [("job-1", id)]
    assert await workflow.open_print_jobs() == []
    assert await workflow.state(id) is ApplicationState.READY


async def test_a_second_book_of_a_passport_is_an_open_item(workflow: Workflow) -> None:
    printer = ScriptedPrinter()
    id = await _is_at_the_printer(workflow, printer)
    await workflow.hears(PrintJobEvent("1", "job-1", id, JobOutcome.DONE, "B0000001"))

    await workflow.hears(PrintJobEvent("2", "job-1", id, JobOutcome.DONE, "B0000002"))

    assert (await workflow.case(id)).book_serial == "B0000001"
    assert await workflow.open_print_jobs() == [("job-1", id)]
