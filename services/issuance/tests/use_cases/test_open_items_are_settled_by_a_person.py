"""What does not come out even stands in one list, until its cause ends or a person settles it."""

import pytest
from issuance.domain.actor import Actor
from issuance.domain.document import Document, DocumentNotFound, DocumentStatus
from issuance.domain.office import WrongOffice
from issuance.domain.open_item import (
    OpenItemKind,
    OpenItemNotFound,
    ReasonDoesNotFit,
    ResolutionReason,
    ResolvedItem,
    StepNeeded,
)
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.store.oldest_first import ListPosition
from issuance.store.open_item_records import RESOLVED
from issuance.store.unrecorded_print_events import UnrecordedPrintEvent
from issuance.use_cases.documents import look_up_document
from servicekit.errors import NotPermitted
from servicekit.storage.database import Database
from sqlalchemy import text

from .people import identity
from .workflow import Workflow

DESTROYED, BY_HAND = ResolutionReason.BOOK_DESTROYED, ResolutionReason.DONE_BY_HAND
SUPERVISOR = identity("agus", "supervisor")
SECOND = identity("hayati", "supervisor")
ADMINISTRATOR = Actor("spiffe://ID/office/national/user/ani/role/administrator", "administrator")
OUTSIDER = Actor("spiffe://ID/office/JKT/user/joko/role/supervisor", "supervisor", office="JKT")


async def _knows_nobody(workflow: Workflow, outcome: JobOutcome = JobOutcome.DONE) -> str:
    """The printer reports a job of an application that nobody knows; the id of the open item."""
    event = PrintJobEvent("", "job-9", "unknown", outcome, "B0000009", document_number="X00000009")
    await workflow.hears(event)
    (id,) = [id for id, _ in await workflow.open_items() if id.startswith("print-job:")]
    return id


async def _refused(workflow: Workflow, kind: OutboxTaskKind) -> str:
    """The matcher refuses all work of this kind; the id of the first open item."""
    tasks = await workflow.leases(kind)
    async with workflow.store.begin() as records:
        for task in tasks:
            await records.stuck_work.refuse(task, workflow.real_now, "ENCOUNTER_UNKNOWN: none")
    return next(id for id, _ in await workflow.open_items() if id.startswith("refused-work:"))


async def _two_settle(
    workflow: Workflow, id: str, reason: ResolutionReason, why: str = "seen"
) -> ResolvedItem:
    """Two supervisors settle a print job; the reason of the second one counts."""
    await workflow.proposes(id, reason, SUPERVISOR, "as I was told")
    return await workflow.settles(id, reason, SECOND, why)


async def _ids(workflow: Workflow) -> list[str]:
    return [id for id, _ in await workflow.open_items()]


async def test_a_job_that_nobody_knows_is_settled_with_who_and_why(workflow: Workflow) -> None:
    id = await _knows_nobody(workflow)
    workflow.clock("2018-10-26 11:00")

    item = await _two_settle(workflow, id, DESTROYED, "shredded, record 17")

    assert await workflow.open_items() == []
    ((resolved, kept),) = await workflow.open_items(include_resolved=True)
    assert resolved.startswith(RESOLVED)
    assert kept == item
    assert isinstance(kept, ResolvedItem)
    assert (kept.kind, kept.office, kept.case) == (OpenItemKind.PRINT_JOB, "BJM", "unknown")
    assert (kept.print_job, kept.book_serial) == ("job-9", "B0000009")
    assert kept.resolution.reason is DESTROYED
    assert kept.resolution.explanation == "shredded, record 17"
    assert (kept.resolution.by, kept.resolution.at) == (SECOND.uri, workflow.now_is)
    assert kept.proposed_by == SUPERVISOR.uri


async def test_one_person_settles_no_stray_book_alone(workflow: Workflow) -> None:
    id = await _knows_nobody(workflow)

    for person in (SUPERVISOR, identity("agus", "administrator"), SUPERVISOR):
        proposed = await workflow.proposes(id, DESTROYED, person, "shredded, record 17")

    assert await _ids(workflow) == [id]
    assert proposed.proposal is not None
    assert (proposed.proposal.by, proposed.proposal.reason) == (SUPERVISOR.uri, DESTROYED)
    async with workflow.store.read() as records:
        assert not await records.documents.is_revoked("X00000009")


async def test_two_persons_give_the_same_reason(workflow: Workflow) -> None:
    id = await _knows_nobody(workflow)
    await workflow.proposes(id, DESTROYED, SUPERVISOR)

    # Who finds something else proposes that.
    await workflow.proposes(id, ResolutionReason.NO_BOOK_MADE, SECOND)
    settled = await workflow.settles(id, ResolutionReason.NO_BOOK_MADE, SUPERVISOR)

    assert settled.proposed_by == SECOND.uri


async def test_what_the_printer_tells_anew_ends_a_proposal(workflow: Workflow) -> None:
    id = await _knows_nobody(workflow, JobOutcome.LOST)
    await workflow.proposes(id, ResolutionReason.NO_BOOK_MADE, SUPERVISOR)

    await _knows_nobody(workflow, JobOutcome.LOST)
    ((_, unchanged),) = await workflow.open_items()
    await _knows_nobody(workflow, JobOutcome.DONE)
    ((_, changed),) = await workflow.open_items()

    assert isinstance(unchanged, UnrecordedPrintEvent)
    assert isinstance(changed, UnrecordedPrintEvent)
    assert (unchanged.proposal is None, changed.proposal) == (False, None)


async def test_the_same_report_opens_it_no_more_but_another_one_does(workflow: Workflow) -> None:
    id = await _knows_nobody(workflow, JobOutcome.LOST)
    await _two_settle(workflow, id, ResolutionReason.NO_BOOK_MADE)
    lost = PrintJobEvent("", "job-9", "unknown", JobOutcome.LOST, "B0000009")

    await workflow.hears(lost)
    again = await _ids(workflow)
    await workflow.hears(PrintJobEvent("", "job-9", "unknown", JobOutcome.DONE, "B0000009"))

    assert again == []
    assert await _ids(workflow) == [id]


async def test_a_job_that_has_not_ended_is_ended_first(workflow: Workflow) -> None:
    id = await _knows_nobody(workflow, JobOutcome.IN_PROGRESS)

    with pytest.raises(StepNeeded) as refused:
        await workflow.settles(id, DESTROYED, SUPERVISOR)

    assert refused.value.metadata["steps"] == "CancelPrintJob"
    assert await _ids(workflow) == [id]


async def test_a_failed_print_ends_with_a_step_of_its_application(workflow: Workflow) -> None:
    id = await workflow.is_known(await workflow.applies())
    await workflow.is_released(id)
    await workflow.job_is_given_up(id)

    with pytest.raises(StepNeeded):
        await workflow.settles(f"print-failed:{id}", DESTROYED, SUPERVISOR)

    assert await _ids(workflow) == [f"print-failed:{id}"]
    await workflow.approves(id)
    assert await _ids(workflow) == []


async def test_what_the_matcher_refuses_is_given_up_by_an_administrator(workflow: Workflow) -> None:
    case = await workflow.is_known(await workflow.applies())
    id = await _refused(workflow, OutboxTaskKind.SET_ENCOUNTER_STATUS)

    with pytest.raises(NotPermitted):
        await workflow.settles(id, BY_HAND, SUPERVISOR)
    item = await workflow.settles(id, BY_HAND, ADMINISTRATOR, "made active by the matcher's people")

    assert (item.case, item.problem) == (case, "ENCOUNTER_UNKNOWN: none")
    assert await _ids(workflow) == []
    assert (await workflow.stuck()).tasks == []
    assert await workflow.encounter_changes(case) == []


async def test_work_that_an_application_waits_for_is_not_given_up(workflow: Workflow) -> None:
    await workflow.applies()
    id = await _refused(workflow, OutboxTaskKind.IDENTIFY)

    with pytest.raises(StepNeeded) as refused:
        await workflow.settles(id, BY_HAND, ADMINISTRATOR)

    assert refused.value.metadata["steps"] == "RetryWork, Withdraw, RetakeBiometrics"
    assert await _ids(workflow) == [id]


async def test_an_item_is_settled_once_and_by_its_own_office(workflow: Workflow) -> None:
    id = await _knows_nobody(workflow)

    with pytest.raises(WrongOffice):
        await workflow.settles(id, DESTROYED, OUTSIDER)
    with pytest.raises(ReasonDoesNotFit):
        await workflow.settles(id, BY_HAND, SUPERVISOR)
    await workflow.proposes(id, DESTROYED, SUPERVISOR)
    await workflow.settles(id, DESTROYED, ADMINISTRATOR)

    for gone in (
        id,
        "print-job:x",
        "print-job:99",
        "print-failed:x",
        "refused-work:x",
        "x",
        RESOLVED,
    ):
        with pytest.raises(OpenItemNotFound):
            await workflow.settles(gone, DESTROYED, SUPERVISOR)


async def test_the_wait_is_explained_without_what_is_settled(workflow: Workflow) -> None:
    case = await workflow.applies()
    await workflow.hears(PrintJobEvent("", "job", case, JobOutcome.DONE, "B0000001"))
    (id,) = await _ids(workflow)
    before = (await workflow.explanation(case)).intervention

    await _two_settle(workflow, id, DESTROYED)

    assert before is not None
    assert (await workflow.explanation(case)).intervention is None


@pytest.mark.parametrize("reason", [DESTROYED, ResolutionReason.NO_BOOK_MADE])
async def test_a_stray_book_is_not_settled_by_who_approved_its_application(
    workflow: Workflow, reason: ResolutionReason
) -> None:
    case = await workflow.becomes_ready()
    await workflow.hears(PrintJobEvent("", "other", case, JobOutcome.DONE, "B0000009"))
    (id,) = await _ids(workflow)

    for person in (SUPERVISOR, identity("agus", "administrator")):
        with pytest.raises(SeparationOfDuties) as refused:
            await workflow.settles(id, reason, person)
        assert refused.value.metadata["earlier"] == "approve"
    assert await _ids(workflow) == [id]

    await workflow.proposes(id, reason, identity("dewi", "supervisor"))
    with pytest.raises(SeparationOfDuties):
        await workflow.settles(id, reason, SUPERVISOR)
    await workflow.settles(id, reason, SECOND)
    assert await _ids(workflow) == []


async def test_the_number_of_a_destroyed_book_is_revoked(workflow: Workflow) -> None:
    id = await _knows_nobody(workflow)
    async with workflow.store.read() as records:
        with pytest.raises(DocumentNotFound):
            await look_up_document(records, "X00000009")

    item = await _two_settle(workflow, id, DESTROYED, "shredded, record 17")

    async with workflow.store.read() as records:
        assert await look_up_document(records, "X00000009") == item
        assert await records.documents.is_revoked("X00000009")


async def test_no_number_is_revoked_of_a_book_that_is_not_destroyed(workflow: Workflow) -> None:
    id = await _knows_nobody(workflow)

    await _two_settle(workflow, id, ResolutionReason.NO_BOOK_MADE)

    async with workflow.store.read() as records:
        assert not await records.documents.is_revoked("X00000009")
        with pytest.raises(DocumentNotFound):
            await look_up_document(records, "X00000009")


async def test_a_destroyed_second_book_leaves_the_passport_of_its_number(
    workflow: Workflow,
) -> None:
    case = await workflow.becomes_ready()
    number = (await workflow.case(case)).document_number
    second = PrintJobEvent("", "other", case, JobOutcome.DONE, "B9", document_number=number)
    await workflow.hears(second)
    (id,) = await _ids(workflow)

    await workflow.proposes(id, DESTROYED, identity("dewi", "supervisor"))
    await workflow.settles(id, DESTROYED, SECOND)

    async with workflow.store.read() as records:
        document = await look_up_document(records, number)
        assert isinstance(document, Document)
        assert document.status is DocumentStatus.MADE
        assert not await records.documents.is_revoked(number)


async def test_all_kinds_come_in_one_list_oldest_first_in_pages(workflow: Workflow) -> None:
    await _knows_nobody(workflow)
    workflow.clock("2018-10-26 10:00")
    await workflow.is_known(await workflow.applies())
    await _refused(workflow, OutboxTaskKind.SET_ENCOUNTER_STATUS)
    workflow.clock("2018-10-26 11:00")
    failed = await workflow.is_known(await workflow.applies())
    await workflow.is_released(failed)
    await workflow.job_is_given_up(failed)
    every = await _ids(workflow)

    pages, after = [], None
    while True:
        page = await workflow.open_items(after=after, size=1)
        if not page:
            break
        pages += [id for id, _ in page]
        async with workflow.store.read() as records:
            (after,) = await records.open_items.page(1, after, None, include_resolved=False)

    assert pages == every
    assert [id.partition(":")[0] for id in every] == ["print-job", "refused-work", "print-failed"]
    assert await workflow.open_items(office="JKT") == []
    assert isinstance(after, ListPosition)


@pytest.mark.parametrize("number", [1_000_000_000, 2_147_483_647])
async def test_items_of_any_number_are_listed_and_settled(
    workflow: Workflow, database: Database, number: int
) -> None:
    await _knows_nobody(workflow)
    async with database.begin() as connection:
        update = text("UPDATE unrecorded_print_events SET number = :number")
        await connection.execute(update, {"number": number})

    assert await _ids(workflow) == [f"print-job:{number}"]
    await _two_settle(workflow, f"print-job:{number}", ResolutionReason.NO_BOOK_MADE)
    assert await _ids(workflow) == []


@pytest.mark.parametrize("number", ["2147483648", "1" * 5000, "-1", ""])
async def test_a_number_that_no_row_can_have_is_not_found(workflow: Workflow, number: str) -> None:
    with pytest.raises(OpenItemNotFound):
        await workflow.settles(f"print-job:{number}", DESTROYED, SUPERVISOR)
