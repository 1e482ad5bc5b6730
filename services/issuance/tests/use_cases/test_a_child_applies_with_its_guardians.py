"""A child needs guardians who consent, and gets a passport of shorter validity."""

from dataclasses import replace

import pytest
from issuance.domain.guardian import (
    Guardian,
    GuardianAbsent,
    GuardianConsentMissing,
    GuardianNotNeeded,
    GuardianRelation,
    GuardianRequired,
)
from issuance.domain.states import ApplicationState
from issuance.use_cases.accept_documents import ShownDocuments
from issuance.use_cases.record_interview import Interview

from .people import HOLDER, a_holder, identity
from .workflow import Workflow

MOTHER = Guardian("Nur Rahmawati", "6371014107850001", GuardianRelation.MOTHER, consents=True)
FATHER = Guardian("Ahmad Fauzi", "6371010203830002", GuardianRelation.FATHER, consents=True)
CHILD = a_holder("2010-05-04")
WITH_MOTHER = ShownDocuments(guardians=(MOTHER,))
MOTHER_IS_PRESENT = Interview(guardian_present=GuardianRelation.MOTHER)
OFFICER = identity("siti", "officer")


async def _applies(workflow: Workflow) -> str:
    return await workflow.brings_documents(holder=CHILD, shown=WITH_MOTHER)


async def test_without_guardians_the_documents_are_not_accepted(workflow: Workflow) -> None:
    with pytest.raises(GuardianRequired) as refusal:
        await workflow.brings_documents(holder=CHILD)

    assert refusal.value.field == "guardians"


async def test_every_guardian_has_to_consent(workflow: Workflow) -> None:
    shown = ShownDocuments(guardians=(MOTHER, replace(FATHER, consents=False)))

    with pytest.raises(GuardianConsentMissing) as refusal:
        await workflow.brings_documents(holder=CHILD, shown=shown)

    assert refusal.value.field == "guardians[1].consents"


async def test_nobodys_guardians_are_kept_but_a_childs(workflow: Workflow) -> None:
    with pytest.raises(GuardianNotNeeded):
        await workflow.brings_documents(holder=HOLDER, shown=WITH_MOTHER)


async def test_who_has_married_is_no_child(workflow: Workflow) -> None:
    id = await workflow.brings_documents(holder=CHILD, shown=ShownDocuments(married=True))
    await workflow.is_known(await workflow.is_interviewed(id))
    await workflow.is_released(id)

    assert str((await workflow.case(id)).expires_on) == "2028-10-26"


async def test_a_guardian_is_present_at_the_interview(workflow: Workflow) -> None:
    id = await _applies(workflow)

    with pytest.raises(GuardianAbsent) as nobody:
        await workflow.is_interviewed(id)
    father = Interview(guardian_present=GuardianRelation.FATHER)
    with pytest.raises(GuardianAbsent):
        await workflow.is_interviewed(id, interview=father)
    await workflow.is_interviewed(id, interview=MOTHER_IS_PRESENT)

    assert nobody.value.field == "guardian_present"
    entry = (await workflow.history(id))[-1]
    assert entry.details.guardian_present is GuardianRelation.MOTHER


async def test_the_book_is_valid_for_five_years(workflow: Workflow) -> None:
    id = await _applies(workflow)
    await workflow.is_known(await workflow.is_interviewed(id, interview=MOTHER_IS_PRESENT))
    await workflow.is_released(id)

    await workflow.job_is_done(id)

    case = await workflow.case(id)
    assert str(case.expires_on) == "2023-10-26"
    async with workflow.store.read() as records:
        document = await records.documents.get(case.document_number)
    assert document.expires_on == case.expires_on


async def test_a_book_that_an_earlier_version_released_is_valid_as_it_was_printed(
    workflow: Workflow,
) -> None:
    id = await _applies(workflow)
    await workflow.is_known(await workflow.is_interviewed(id, interview=MOTHER_IS_PRESENT))
    await workflow.is_released(id)
    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        await records.cases.save(replace(case, expires_on=None, revision=case.revision + 1))

    await workflow.job_is_done(id)

    async with workflow.store.read() as records:
        document = await records.documents.get(case.document_number)
    assert str(document.expires_on) == "2028-10-26"


async def test_a_corrected_day_of_birth_that_makes_a_child_needs_guardians(
    workflow: Workflow,
) -> None:
    id = await workflow.brings_documents(holder=HOLDER)

    with pytest.raises(GuardianRequired):
        await workflow.corrects(id, CHILD, OFFICER)
    await workflow.corrects(id, CHILD, OFFICER, guardians=(MOTHER, FATHER))

    case = await workflow.case(id)
    assert (case.holder, case.guardians) == (CHILD, (MOTHER, FATHER))


async def test_a_correction_keeps_the_guardians_and_forgets_those_of_an_adult(
    workflow: Workflow,
) -> None:
    id = await _applies(workflow)

    await workflow.corrects(id, a_holder("2011-05-04"), OFFICER)
    kept = (await workflow.case(id)).guardians
    await workflow.corrects(id, HOLDER, OFFICER)

    assert kept == (MOTHER,)
    assert (await workflow.case(id)).guardians == ()


async def test_a_child_taken_in_by_an_earlier_version_gets_guardians_by_correction(
    workflow: Workflow,
) -> None:
    id = await _applies(workflow)
    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        await records.cases.save(replace(case, guardians=(), revision=case.revision + 1))

    with pytest.raises(GuardianRequired):
        await workflow.is_interviewed(id, interview=MOTHER_IS_PRESENT)
    await workflow.corrects(id, CHILD, OFFICER, guardians=(MOTHER,))
    await workflow.is_interviewed(id, interview=MOTHER_IS_PRESENT)

    assert (await workflow.case(id)).state is ApplicationState.IDENTIFYING


async def test_a_withdrawal_erases_the_guardians(workflow: Workflow) -> None:
    id = await _applies(workflow)

    await workflow.withdraws(id)

    assert (await workflow.case(id)).guardians == ()
