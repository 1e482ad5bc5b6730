"""What the replacement of a lost or damaged passport needs before it is approved."""

import pytest
from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.document import DocumentNotInUse, DocumentOfAnotherPerson
from issuance.domain.replacement import (
    ForceMajeureNotAccepted,
    LossFinding,
    LossFindingRequired,
    LossPapers,
    LostByNegligence,
    NothingToReplace,
    OldBookRequired,
    PoliceReportRequired,
)
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.use_cases.accept_documents import ShownDocuments
from issuance.use_cases.create_application import NewApplication
from issuance.use_cases.record_interview import Interview

from .merging import has_passport
from .people import HOLDER
from .workflow import Workflow

LOST, DAMAGED = ApplicationType.REPLACEMENT_LOST, ApplicationType.REPLACEMENT_DAMAGED
NOTHING = ShownDocuments()


async def _takes_in(workflow: Workflow, type: ApplicationType) -> str:
    person = "" if type is ApplicationType.NEW else "ani"
    return await workflow.takes_in(
        NewApplication("BJM", type, PriorityClass.NORMAL, HOLDER, person)
    )


async def _is_interviewed(workflow: Workflow, finding: LossFinding | None) -> str:
    id = await workflow.brings_documents(type=LOST, person_id="ani")
    return await workflow.is_interviewed(id, interview=Interview(loss_finding=finding))


async def test_a_loss_is_reported_to_the_police(workflow: Workflow) -> None:
    id = await _takes_in(workflow, LOST)

    with pytest.raises(PoliceReportRequired) as refusal:
        await workflow.documents_are_accepted(id, NOTHING)
    await workflow.documents_are_accepted(
        id, ShownDocuments(loss_papers=LossPapers(police_report="LP/7/X/2018"))
    )

    assert refusal.value.field == "police_report"
    assert (await workflow.case(id)).police_report == "LP/7/X/2018"


async def test_a_supervisor_accepts_that_a_flood_took_it(workflow: Workflow) -> None:
    id = await _takes_in(workflow, LOST)

    await workflow.accepts_force_majeure(id)
    await workflow.documents_are_accepted(id, NOTHING)

    entry = (await workflow.history(id))[1]
    assert (entry.event, entry.details.reason) == ("accept_force_majeure", "flood of Martapura")
    assert (await workflow.case(id)).state is ApplicationState.DOCUMENTS_ACCEPTED


async def test_only_what_is_replaced_can_have_been_lost_by_force_majeure(
    workflow: Workflow,
) -> None:
    id = await _takes_in(workflow, ApplicationType.NEW)

    with pytest.raises(NothingToReplace):
        await workflow.accepts_force_majeure(id)


async def test_who_accepted_force_majeure_does_not_approve(workflow: Workflow) -> None:
    id = await _takes_in(workflow, LOST)
    await workflow.accepts_force_majeure(id, "agus")
    await workflow.documents_are_accepted(id, NOTHING)
    await workflow.pays(id, "BNI-1")
    await workflow.is_photographed(id)
    await workflow.gives_fingers(id)
    flood = Interview(loss_finding=LossFinding.FORCE_MAJEURE)
    await workflow.is_known(await workflow.is_interviewed(id, interview=flood))

    with pytest.raises(SeparationOfDuties):
        await workflow.approves(id, "agus")
    await workflow.approves(id, "hadi")


async def test_the_interview_finds_how_it_was_lost(workflow: Workflow) -> None:
    with pytest.raises(LossFindingRequired) as refusal:
        await _is_interviewed(workflow, None)

    assert refusal.value.field == "loss_finding"


async def test_an_interview_finds_force_majeure_only_where_a_supervisor_accepted_it(
    workflow: Workflow,
) -> None:
    with pytest.raises(ForceMajeureNotAccepted):
        await _is_interviewed(workflow, LossFinding.FORCE_MAJEURE)


async def test_who_replaces_what_was_lost_by_negligence_says_why(workflow: Workflow) -> None:
    id = await workflow.is_known(await _is_interviewed(workflow, LossFinding.NEGLIGENCE))

    with pytest.raises(LostByNegligence) as refusal:
        await workflow.approves(id)
    await workflow.approves(id, reason="first loss, and a sick mother abroad")

    assert refusal.value.field == "reason"
    assert (await workflow.case(id)).state is ApplicationState.APPROVED


async def test_a_damaged_book_is_handed_in(workflow: Workflow) -> None:
    id = await _takes_in(workflow, DAMAGED)

    with pytest.raises(OldBookRequired) as refusal:
        await workflow.documents_are_accepted(id, NOTHING)

    assert refusal.value.field == "returned_document_number"


async def test_the_damaged_book_is_the_applicants_own(workflow: Workflow) -> None:
    numbers = {}
    for user in ("own", "other"):
        id = await workflow.becomes_ready()
        await workflow.hands_over(id)
        numbers[user] = await workflow.case(id)
    own, other = numbers["own"], numbers["other"]
    book_of_another = ShownDocuments(
        loss_papers=LossPapers(returned_document=other.document_number)
    )
    unknown_book = ShownDocuments(loss_papers=LossPapers(returned_document="A1234567"))

    for shown in (book_of_another, unknown_book):
        with pytest.raises(DocumentOfAnotherPerson):
            await workflow.brings_documents(type=DAMAGED, person_id=own.person_id, shown=shown)
        async with workflow.store.read() as records:
            (open_case,) = await records.cases.open_of_person(own.person_id)
        await workflow.withdraws(open_case.id)
    id = await workflow.brings_documents(type=DAMAGED, person_id=own.person_id)

    assert (await workflow.case(id)).returned_document == own.document_number


async def test_the_damaged_book_is_the_valid_one(workflow: Workflow) -> None:
    earlier = await has_passport(workflow, "ani")
    valid = await has_passport(workflow, "ani")
    old_book = ShownDocuments(
        loss_papers=LossPapers(returned_document=(await workflow.case(earlier)).document_number)
    )

    with pytest.raises(DocumentNotInUse) as refusal:
        await workflow.brings_documents(type=DAMAGED, person_id="ani", shown=old_book)

    assert (refusal.value.field, refusal.value.metadata["status"]) == (
        "returned_document_number",
        "revoked",
    )
    assert await workflow.documents("ani") == [(earlier, "revoked"), (valid, "valid")]
