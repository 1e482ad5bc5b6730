"""A photo is due before the interview, and can be replaced until the approval."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from issuance.domain.portrait import PortraitMissing, PortraitNotFound
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition
from issuance.use_cases.application_steps import refuse, require_portraits
from issuance.use_cases.erase_personal_data import ErasePersonalData
from servicekit.storage.database import Database

from .people import identity
from .workflow import Workflow


async def _loses_portrait(workflow: Workflow, id: str) -> None:
    """Make the case one that was taken in before portraits were printed."""
    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        before = replace(case, portrait_accepted_at=None, revision=case.revision + 1)
        await records.cases.save(before)
        await records.portraits.delete(id)


def _erasure(workflow: Workflow, database: Database) -> ErasePersonalData:
    return ErasePersonalData(
        workflow.store,
        database,
        workflow,
        retention=timedelta(days=30),
        idle_retention=timedelta(days=365),
        search_retention=timedelta(days=365),
    )


def _files_in(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


async def _portrait(workflow: Workflow, id: str) -> bytes:
    async with workflow.store.read() as records:
        return await records.portraits.get(id)


async def test_the_interview_waits_for_the_photo(workflow: Workflow) -> None:
    id = await workflow.brings_documents(photographed=False)

    with pytest.raises(PortraitMissing):
        await workflow.is_interviewed(id)

    assert (await workflow.case(id)).state is ApplicationState.BIOMETRICS_TAKEN
    waiting = (await workflow.details(id)).waiting_on
    assert waiting is not None
    assert waiting.what.en == "the applicant's photo"
    await workflow.is_photographed(id)
    await workflow.is_interviewed(id)
    assert (await workflow.case(id)).state is ApplicationState.IDENTIFYING


async def test_an_application_of_an_earlier_version_waits_for_the_officers_photo(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await _loses_portrait(workflow, id)

    with pytest.raises(PortraitMissing):
        await workflow.approves(id)

    waiting = (await workflow.details(id)).waiting_on
    assert waiting is not None
    assert (waiting.responsible_party, waiting.what.en) == ("officer", "the applicant's photo")


async def test_an_approval_of_an_earlier_version_is_given_again(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    number = (await workflow.case(id)).document_number
    await _loses_portrait(workflow, id)

    async with workflow.store.begin() as records:
        await require_portraits(records, workflow.now_is, workflow.apply_transition)
    taken_back = await workflow.case(id)
    await workflow.is_photographed(id)
    await workflow.approves(id)

    assert taken_back.state is ApplicationState.AWAITING_APPROVAL
    assert (await workflow.case(id)).state is ApplicationState.APPROVED
    assert (await workflow.case(id)).document_number == number


async def test_an_approved_case_without_a_photo_holds_up_no_other(workflow: Workflow) -> None:
    ids = [await workflow.applies() for _ in range(2)]
    await workflow.is_identified()
    for id in ids:
        await workflow.approves(id)
    await _loses_portrait(workflow, ids[0])

    await workflow.plans()

    assert [await workflow.state(id) for id in ids] == [
        ApplicationState.AWAITING_APPROVAL,
        ApplicationState.PRINTING,
    ]


async def test_a_photo_is_replaced_until_the_approval(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    identified = await workflow.case(id)
    workflow.clock("2018-10-26 15:00")
    await workflow.is_photographed(id, jpeg=b"better photo")
    replaced = await workflow.case(id)
    await workflow.approves(id)

    with pytest.raises(IllegalTransition):
        await workflow.is_photographed(id, jpeg=b"somebody else")

    assert await _portrait(workflow, id) == b"better photo"
    assert replaced.portrait_accepted_at == workflow.now_is
    assert replaced.state_since == identified.state_since


async def test_the_portrait_is_erased_days_after_the_end(
    workflow: Workflow, database: Database
) -> None:
    refused = await workflow.applies()
    await workflow.is_identified()
    async with workflow.store.begin() as records:
        case = await records.cases.get(refused)
        by = identity("agus", "supervisor")
        await refuse(records, case, by, workflow.now_is, "no", workflow.apply_transition)
    erase = _erasure(workflow, database)

    workflow.clock("2018-11-25 08:00")
    await erase()
    assert await _portrait(workflow, refused) == b"photo"
    workflow.clock("2018-11-26 08:00")
    await erase()

    with pytest.raises(PortraitNotFound):
        await _portrait(workflow, refused)


async def test_of_an_application_that_does_not_go_on_it_is_erased_too(
    workflow: Workflow, database: Database
) -> None:
    waiting, approved = await workflow.applies(), await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(approved)
    erase = _erasure(workflow, database)

    workflow.clock("2019-10-20 08:00")
    await erase()
    assert await _portrait(workflow, waiting) == b"photo"
    workflow.clock("2019-11-01 08:00")
    await erase()

    with pytest.raises(PortraitNotFound):
        await _portrait(workflow, waiting)
    with pytest.raises(PortraitMissing):
        await workflow.approves(waiting)
    await workflow.is_photographed(waiting)
    await workflow.approves(waiting)
    assert await _portrait(workflow, approved) == b"photo"


async def test_nothing_of_a_withdrawn_portrait_stays_in_the_file(
    workflow: Workflow, database: Database, tmp_path: Path
) -> None:
    if database.is_shared:
        pytest.skip("a PostgreSQL server overwrites in its own time")
    photo = b"a photo of nobody else " * 50
    id = await workflow.brings_documents()
    await workflow.is_photographed(id, jpeg=photo)
    await workflow.withdraws(id)

    await _erasure(workflow, database)()

    contents = _files_in(tmp_path)
    assert contents
    assert not any(b"nobody else" in content for content in contents)


async def test_the_portrait_of_who_withdraws_is_deleted_at_once(workflow: Workflow) -> None:
    id = await workflow.brings_documents()

    await workflow.withdraws(id)

    with pytest.raises(PortraitNotFound):
        await _portrait(workflow, id)
