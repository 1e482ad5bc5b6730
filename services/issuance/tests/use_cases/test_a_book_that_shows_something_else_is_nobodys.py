"""A printer may have made a book before: it is the applicant's only if it shows what is so now."""

from dataclasses import replace
from datetime import date

from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.print_failure import DOCUMENT_ALREADY_CLEARED
from issuance.domain.print_job_event import PrintJobEvent
from issuance.domain.states import ApplicationState
from issuance.use_cases.application_steps import except_portrait

from .emergencies import asks_in_an_outage, is_approved_by_two
from .people import a_holder, identity
from .printed_jobs import a_book_of
from .scripted_printer import ScriptedPrinter
from .workflow import Workflow

CORRECTED = a_holder("1990-02-28", "Banjarbaru")


async def _fails_with_a_book(flow: Workflow, id: str) -> PrintJobEvent:
    """The print of an approved case fails here, although the printer makes its book."""
    await flow.plans()
    book = a_book_of(await flow.task(id, OutboxTaskKind.PRINT))
    await flow.fails(id)
    return book


async def _a_book_is_made(flow: Workflow) -> tuple[str, PrintJobEvent]:
    id = await flow.is_known(await flow.applies())
    return id, await _fails_with_a_book(flow, await flow.approves(id))


async def _an_emergency_book_is_made(flow: Workflow) -> tuple[str, PrintJobEvent]:
    id = await is_approved_by_two(flow, await asks_in_an_outage(flow))
    return id, await _fails_with_a_book(flow, id)


async def _is_photographed_again(flow: Workflow, id: str) -> None:
    async with flow.store.begin() as records:
        case, by = await records.cases.get(id), identity("rini", "supervisor")
        await except_portrait(
            records, case, by, flow.now_is, b"other photo", "a scar", flow.apply_transition
        )


async def _is_approved_again(flow: Workflow, id: str) -> None:
    await flow.approves(id)
    await flow.plans()


async def test_an_emergency_document_is_no_passport(emergencies: Workflow) -> None:
    id, book = await _an_emergency_book_is_made(emergencies)
    await emergencies.is_identified()
    await _is_approved_again(emergencies, id)

    await emergencies.submits(ScriptedPrinter(book))

    case = await emergencies.case(id)
    assert (case.state, case.book_serial) == (ApplicationState.PRINT_FAILED, "")
    assert case.print_failure is not None
    assert case.print_failure.reason == DOCUMENT_ALREADY_CLEARED


async def test_nor_if_it_is_reported_later(emergencies: Workflow) -> None:
    id, book = await _an_emergency_book_is_made(emergencies)
    await emergencies.is_identified()
    await _is_approved_again(emergencies, id)
    await emergencies.fails(id)

    await emergencies.hears(book)

    assert await emergencies.state(id) is ApplicationState.PRINT_FAILED
    assert await emergencies.open_print_jobs() == [("job-1", id)]


async def test_the_passport_has_a_number_of_its_own(emergencies: Workflow) -> None:
    id, book = await _an_emergency_book_is_made(emergencies)
    await emergencies.is_identified()

    await emergencies.approves(id)

    case = await emergencies.case(id)
    assert not case.makes_emergency_document
    assert case.document_number not in ("", book.document_number)


async def test_a_passport_in_place_of_an_emergency_document_that_was_not_sent_has_its_number(
    emergencies: Workflow,
) -> None:
    id = await is_approved_by_two(emergencies, await asks_in_an_outage(emergencies))
    number = (await emergencies.case(id)).document_number
    await emergencies.is_identified()

    await emergencies.plans()

    book = a_book_of(await emergencies.task(id, OutboxTaskKind.PRINT))
    assert book.document_number == number != ""


async def test_an_emergency_document_reported_before_its_approval_is_one(
    emergencies: Workflow,
) -> None:
    id, book = await _an_emergency_book_is_made(emergencies)
    await emergencies.is_identified()

    await emergencies.hears(book)

    case = await emergencies.case(id)
    assert (case.state, case.makes_emergency_document) == (ApplicationState.READY, True)
    assert case.expires_on == date(2018, 12, 25)


async def test_one_with_the_former_photo_is_not_taken(workflow: Workflow) -> None:
    id, book = await _a_book_is_made(workflow)
    await _is_photographed_again(workflow, id)
    await _is_approved_again(workflow, id)

    await workflow.submits(ScriptedPrinter(book))

    assert await workflow.state(id) is ApplicationState.PRINT_FAILED


async def test_nor_is_one_with_the_former_data(workflow: Workflow) -> None:
    id, book = await _a_book_is_made(workflow)
    await workflow.corrects(id, CORRECTED, identity("siti", "officer"))
    await _is_approved_again(workflow, id)
    await workflow.fails(id)

    await workflow.hears(book)

    assert await workflow.state(id) is ApplicationState.PRINT_FAILED
    assert await workflow.open_print_jobs() == [("job-1", id)]


async def test_nor_one_of_which_an_old_printer_does_not_tell_what_it_shows(
    workflow: Workflow,
) -> None:
    id, book = await _a_book_is_made(workflow)
    await _is_approved_again(workflow, id)

    await workflow.submits(ScriptedPrinter(replace(book, payload_sha256=b"", issued_on=None)))

    assert await workflow.state(id) is ApplicationState.PRINT_FAILED


async def test_the_register_has_the_number_and_the_days_in_the_book(workflow: Workflow) -> None:
    id, book = await _a_book_is_made(workflow)
    workflow.clock("2018-10-29 09:00")
    async with workflow.store.begin() as records:  # restored from before the approval
        case = await records.cases.get(id)
        await records.cases.save(replace(case, document_number="", revision=case.revision + 1))
    await _is_approved_again(workflow, id)
    number = (await workflow.case(id)).document_number

    await workflow.submits(ScriptedPrinter(book))

    case = await workflow.case(id)
    async with workflow.store.read() as records:
        document = await records.documents.get(book.document_number)
    assert number != book.document_number
    assert (case.state, case.document_number) == (ApplicationState.READY, book.document_number)
    assert (document.issued_on, document.expires_on) == (date(2018, 10, 26), date(2028, 10, 26))
