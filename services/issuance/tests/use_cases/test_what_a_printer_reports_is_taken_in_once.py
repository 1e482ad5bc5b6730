"""A printer's report changes its case and the place in the stream in one transaction, once."""

from collections.abc import AsyncIterator

from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.domain.states import ApplicationState
from issuance.use_cases.ports import ResumeTokenRefused, Unavailable
from issuance.use_cases.record_print_event import RecordPrintEvent
from issuance.workers.print_event_listener import PrintEventListener

from .at_the_printer import CANCELLED
from .scripted_printer import ScriptedPrinter
from .workflow import Workflow


async def _reported(workflow: Workflow, event: PrintJobEvent, office: str = "BJM") -> None:
    await RecordPrintEvent(workflow.store, workflow.apply_transition, workflow)(office, event)


async def _token(workflow: Workflow, office: str = "BJM") -> str:
    async with workflow.store.read() as records:
        return await records.print_event_tokens.get(office)


async def _released(workflow: Workflow) -> str:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.plans()
    return id


async def test_nothing_is_known_of_a_printer_at_first(workflow: Workflow) -> None:
    assert await _token(workflow) == ""


async def test_how_far_each_printer_was_heard_is_stored(workflow: Workflow) -> None:
    await _reported(workflow, PrintJobEvent("ours-1"))
    await _reported(workflow, PrintJobEvent("theirs-1"), office="JKT")
    await _reported(workflow, PrintJobEvent("ours-2"))

    assert await _token(workflow) == "ours-2"
    assert await _token(workflow, "JKT") == "theirs-1"


async def test_a_job_under_way_stores_nothing(workflow: Workflow) -> None:
    id = await _released(workflow)

    await _reported(workflow, PrintJobEvent("1", "job-1", id, JobOutcome.IN_PROGRESS))

    assert await _token(workflow) == ""
    assert await workflow.state(id) is ApplicationState.PRINTING


async def test_a_book_makes_the_case_ready_once(workflow: Workflow) -> None:
    id = await _released(workflow)
    await workflow.job_is_done(id)

    await _reported(workflow, PrintJobEvent("2", f"job of {id}", id, JobOutcome.DONE, "B0000002"))

    case = await workflow.case(id)
    assert (case.state, case.book_serial) == (ApplicationState.READY, "B0000001")
    assert await _token(workflow) == "2"


async def test_an_earlier_job_of_the_case_decides_nothing(workflow: Workflow) -> None:
    id = await _released(workflow)
    await workflow.job_is_given_up(id)
    await workflow.approves(id)
    await workflow.plans()
    await workflow.job_is_taken(id, "second job")
    failed = PrintJobEvent("2", f"job of {id}", id, JobOutcome.FAILED, failure=CANCELLED)

    await _reported(workflow, failed)

    assert await workflow.state(id) is ApplicationState.PRINTING
    assert await _token(workflow) == "2"


class Printers:
    """A printer's stream of events that ends with an error."""

    def __init__(self, *events: PrintJobEvent, then: Exception) -> None:
        self._events = events
        self._then = then
        self.asked: list[str] = []

    async def watch_print_jobs(
        self, office: str, resume_token: str
    ) -> AsyncIterator[PrintJobEvent]:
        self.asked.append(resume_token)
        for event in self._events:
            yield event
        raise self._then


async def _heard(workflow: Workflow, printers: Printers) -> None:
    reconcile = workflow.reconciles(ScriptedPrinter())
    await PrintEventListener("BJM", printers, reconcile, workflow.store)()


async def test_a_stream_that_breaks_off_is_taken_up_from_there(workflow: Workflow) -> None:
    printers = Printers(PrintJobEvent("1"), PrintJobEvent("2"), then=Unavailable("gone"))

    await _heard(workflow, printers)
    await _heard(workflow, printers)

    assert printers.asked == ["", "2"]


async def test_a_printer_that_does_not_know_our_place_is_heard_from_the_beginning(
    workflow: Workflow,
) -> None:
    printers = Printers(PrintJobEvent("1"), then=ResumeTokenRefused())

    await _heard(workflow, printers)
    await _heard(workflow, printers)

    assert printers.asked == ["", ""]
    assert await _token(workflow) == ""
