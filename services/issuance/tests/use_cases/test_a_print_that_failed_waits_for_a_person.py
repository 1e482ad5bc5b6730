"""What a printer refuses for good waits for a person and takes no book from others."""

import pytest
from issuance.domain.history import HistoryEntry
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.print_failure import PrintFailure
from issuance.domain.states import ApplicationState
from issuance.domain.waiting_on import ResponsibleParty
from issuance.use_cases.ports import PrintRefused
from issuance.use_cases.submit_print_job import SubmitPrintJob

from .answering_neighbours import PrinterWithoutJobs
from .people import HOLDER, a_holder, identity
from .printed_jobs import a_book_of
from .workflow import Workflow

UNPRINTABLE = PrintFailure("BAD_PAYLOAD", "holder.name.primary", "character 3 cannot be printed")
UNPRINTABLE_PORTRAIT = PrintFailure("BAD_PAYLOAD", "portrait", "not 35 : 45")
UNPRINTABLE_ISSUER = PrintFailure("BAD_PAYLOAD", "issuing_state", "not a code")
ALREADY_CLEARED = PrintFailure("DOCUMENT_ALREADY_CLEARED", "", "another clearance was used")


class RefusingPrinter(PrinterWithoutJobs):
    """A printer that refuses every job."""

    def __init__(self, failure: PrintFailure) -> None:
        self._failure = failure

    async def create_print_job(self, task: OutboxTask) -> str:
        raise PrintRefused(self._failure)


_CORRECTED = a_holder("1990-02-28", "Banjarbaru")


async def _approved(workflow: Workflow) -> str:
    id = await workflow.applies()
    await workflow.is_identified()
    return await workflow.approves(id)


async def _is_refused(workflow: Workflow, failure: PrintFailure) -> None:
    attempt = SubmitPrintJob(
        workflow.store, RefusingPrinter(failure), lambda *_, **__: "clearance",
        workflow.apply_transition, workflow, lambda: "request",
    )  # fmt: skip
    for task in await workflow.leases(OutboxTaskKind.PRINT):
        await attempt(task)


async def _last_entry(workflow: Workflow, id: str) -> HistoryEntry:
    async with workflow.store.read() as records:
        return (await records.history.of_case(id))[-1]


async def test_its_book_is_anothers_on_the_same_day(one_book_a_day: Workflow) -> None:
    first = await _approved(one_book_a_day)
    second = await _approved(one_book_a_day)
    await one_book_a_day.plans()
    assert await one_book_a_day.state(second) is ApplicationState.APPROVED

    await _is_refused(one_book_a_day, UNPRINTABLE)
    await one_book_a_day.plans()

    assert await one_book_a_day.state(first) is ApplicationState.PRINT_FAILED
    assert await one_book_a_day.state(second) is ApplicationState.PRINTING
    assert [t.case for t in await one_book_a_day.leases(OutboxTaskKind.PRINT)] == [second]


@pytest.mark.parametrize(
    ("failure", "party"),
    [
        (UNPRINTABLE, ResponsibleParty.OFFICER),
        (UNPRINTABLE_PORTRAIT, ResponsibleParty.OFFICER),
        (UNPRINTABLE_ISSUER, ResponsibleParty.SUPERVISOR),
        (ALREADY_CLEARED, ResponsibleParty.SUPERVISOR),
    ],
)
async def test_it_says_why_and_who_has_to_act(
    workflow: Workflow, failure: PrintFailure, party: ResponsibleParty
) -> None:
    id = await _approved(workflow)
    await workflow.plans()

    await _is_refused(workflow, failure)

    details = await workflow.details(id)
    assert details.case.print_failure == failure
    assert details.waiting_on is not None
    assert details.waiting_on.responsible_party is party
    entry = await _last_entry(workflow, id)
    assert (entry.event, entry.by) == ("fail_print", "service:issuance")
    assert entry.details.reason == f"{failure.reason} {failure.message}"


async def test_corrected_data_are_approved_and_printed(workflow: Workflow) -> None:
    id = await _approved(workflow)
    await workflow.plans()
    await _is_refused(workflow, UNPRINTABLE)
    number = (await workflow.case(id)).document_number

    await workflow.corrects(id, _CORRECTED, identity("siti", "officer"))
    entry = await _last_entry(workflow, id)
    await workflow.approves(id)
    await workflow.plans()
    await workflow.job_is_done(id)

    assert (entry.details.previous_holder, entry.details.corrected_holder) == (
        HOLDER, _CORRECTED,
    )  # fmt: skip
    case = await workflow.case(id)
    assert case.state is ApplicationState.READY
    assert (case.holder, case.document_number) == (_CORRECTED, number)
    assert case.print_failure is None


@pytest.mark.parametrize(
    ("failure", "after"), [(UNPRINTABLE_PORTRAIT, None), (UNPRINTABLE, UNPRINTABLE)]
)
async def test_a_new_photo_mends_only_the_portrait(
    workflow: Workflow, failure: PrintFailure, after: PrintFailure | None
) -> None:
    id = await _approved(workflow)
    await workflow.plans()
    await _is_refused(workflow, failure)

    await workflow.is_photographed(id)

    assert (await workflow.case(id)).print_failure == after


async def test_the_applicant_is_notified_when_the_promised_day_comes(workflow: Workflow) -> None:
    id = await _approved(workflow)
    await workflow.plans()
    await _is_refused(workflow, UNPRINTABLE)
    await workflow.plans()
    promised = await workflow.notices(id)

    workflow.clock("2018-11-01 09:00")
    await workflow.plans()
    await workflow.plans()

    assert await workflow.notices(id) == [*promised, ("delayed", "")]


async def test_it_can_be_withdrawn(workflow: Workflow) -> None:
    id = await _approved(workflow)
    await workflow.plans()
    await _is_refused(workflow, UNPRINTABLE)

    await workflow.withdraws(id)

    assert await workflow.state(id) is ApplicationState.WITHDRAWN


async def test_a_book_that_was_made_after_all_makes_it_ready(workflow: Workflow) -> None:
    id = await _approved(workflow)
    await workflow.plans()
    book = a_book_of(await workflow.task(id, OutboxTaskKind.PRINT))
    await _is_refused(workflow, PrintFailure("CLEARANCE_USED", "", "used before"))

    await workflow.hears(book)

    case = await workflow.case(id)
    assert (case.state, case.book_serial) == (ApplicationState.READY, "B0000001")
