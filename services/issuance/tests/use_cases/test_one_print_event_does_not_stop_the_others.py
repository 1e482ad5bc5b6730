"""Events that cannot be recorded wait by themselves; the office's other events go on."""

import pytest
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition
from issuance.store.case_records import CaseRecords
from sqlalchemy.exc import OperationalError

from .at_the_printer import CANCELLED
from .printed_jobs import a_book_of, a_job_of
from .scripted_printer import ScriptedPrinter
from .workflow import Workflow


async def _released(workflow: Workflow) -> str:
    id = await workflow.applies()
    await workflow.is_identified()
    return await workflow.is_released(id)


async def _token(workflow: Workflow) -> str:
    async with workflow.store.read() as records:
        return await records.print_event_tokens.get("BJM")


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (PrintJobEvent("1", "job-1", "", JobOutcome.DONE, "B0000001"), ApplicationState.READY),
        (
            PrintJobEvent("1", "job-1", "", JobOutcome.FAILED, failure=CANCELLED),
            ApplicationState.PRINT_FAILED,
        ),
    ],
)
async def test_the_outcome_of_a_job_that_was_not_confirmed_to_us_waits_for_that(
    workflow: Workflow, event: PrintJobEvent, state: ApplicationState
) -> None:
    id = await _released(workflow)
    event = PrintJobEvent("1", "job-1", id, event.outcome, event.book_serial, event.failure)

    await workflow.hears(event)
    before, token, items = (
        await workflow.state(id), await _token(workflow), await workflow.open_print_jobs(),
    )  # fmt: skip
    await workflow.submits(ScriptedPrinter())

    assert (before, token, items) == (ApplicationState.PRINTING, "1", [])
    assert await workflow.state(id) is state


async def test_an_event_that_our_rules_refuse_becomes_an_open_item_and_is_tried_again(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, printer = await _released(workflow), ScriptedPrinter()
    await workflow.submits(printer)
    done = PrintJobEvent("1", "job-1", id, JobOutcome.DONE, "B0000001")
    printer.jobs["job-1"] = done

    with monkeypatch.context() as patch:
        patch.setattr(CaseRecords, "save", _is_refused)
        await workflow.hears(done)
    token, items = await _token(workflow), await workflow.open_print_jobs()
    problems = await _problems(workflow)
    await workflow.reconciles(printer).retry_unrecorded("BJM")

    assert (token, items) == ("1", [("job-1", id)])
    assert problems == ["what the printer reports of the job does not fit what is recorded here"]
    assert await workflow.state(id) is ApplicationState.READY
    assert await workflow.open_print_jobs() == []


async def test_an_event_that_could_not_be_stored_is_heard_again(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, printer = await _released(workflow), ScriptedPrinter()
    await workflow.submits(printer)
    done = PrintJobEvent("1", "job-1", id, JobOutcome.DONE, "B0000001")

    with monkeypatch.context() as patch:
        patch.setattr(CaseRecords, "save", _loses_its_database)
        with pytest.raises(OperationalError):
            await workflow.hears(done)
    token, items = await _token(workflow), await workflow.open_print_jobs()
    await workflow.hears(done)

    assert (token, items) == ("", [])
    assert (await _token(workflow), await workflow.state(id)) == ("1", ApplicationState.READY)


async def test_a_book_whose_job_is_gone_is_looked_for_by_people(workflow: Workflow) -> None:
    await workflow.hears(PrintJobEvent("1", "job-1", "unknown", JobOutcome.DONE, "B0000001"))

    await workflow.reconciles(ScriptedPrinter()).retry_unrecorded("BJM")

    assert await workflow.open_print_jobs() == [("job-1", "unknown")]
    assert await _problems(workflow) == ["the printer has a job that does not fit its application"]


async def test_a_book_that_was_not_confirmed_before_its_job_was_gone_is_looked_for_by_people(
    workflow: Workflow,
) -> None:
    id = await _released(workflow)
    await workflow.hears(PrintJobEvent("1", "job-1", id, JobOutcome.DONE, "B0000001"))
    assert await workflow.open_print_jobs() == []

    await workflow.reconciles(ScriptedPrinter()).retry_unrecorded("BJM")

    assert await workflow.open_print_jobs() == [("job-1", id)]
    assert await _problems(workflow) == [
        "the printer made this book, and does not know its job any more"
    ]


async def test_another_book_of_an_application_is_not_forgotten_with_its_own(
    workflow: Workflow,
) -> None:
    id = await _released(workflow)
    await workflow.job_is_taken(id, "job-2")
    await workflow.hears(PrintJobEvent("1", "job-1", id, JobOutcome.DONE, "B0000001"))

    await workflow.job_has_ended(id, "job-2")

    assert await workflow.state(id) is ApplicationState.READY
    assert await workflow.open_print_jobs() == [("job-1", id)]


async def test_one_without_a_book_whose_job_is_gone_is_forgotten(workflow: Workflow) -> None:
    await workflow.hears(PrintJobEvent("1", "job-1", "unknown"))

    await workflow.reconciles(ScriptedPrinter()).retry_unrecorded("BJM")

    assert await workflow.open_print_jobs() == []


async def test_a_book_reported_while_people_decided_is_not_forgotten(workflow: Workflow) -> None:
    """A refusal, another approval, then the book of the job that the printer had taken."""
    id = await _released(workflow)
    task = await workflow.task(id, OutboxTaskKind.PRINT)
    taken, done = a_job_of(task), a_book_of(task)
    await workflow.fails(id)
    await workflow.approves(id)

    await workflow.hears(done)
    items = await workflow.open_print_jobs()
    await workflow.plans()
    await workflow.submits(ScriptedPrinter(taken, done))

    case = await workflow.case(id)
    assert items == [("job-1", id)]
    assert (case.state, case.book_serial) == (ApplicationState.READY, "B0000001")


async def _problems(workflow: Workflow) -> list[str]:
    return [item.problem for item in await workflow.misfits()]


async def _is_refused(*_: object) -> None:
    raise IllegalTransition("it cannot happen")


async def _loses_its_database(*_: object) -> None:
    raise OperationalError("UPDATE applications", {}, ConnectionError("the server is gone"))
