"""Whoever comes second when one person gets two open applications at once is told so."""

from dataclasses import replace

import pytest
from issuance.domain import case_identification
from issuance.domain.application_type import ApplicationType
from issuance.domain.case_errors import ApplicationOpen
from issuance.domain.states import ApplicationState
from sqlalchemy.exc import IntegrityError

from .workflow import Workflow

RENEWAL = ApplicationType.RENEWAL


async def test_a_link_with_somebody_who_applied_meanwhile(workflow: Workflow) -> None:
    await workflow.brings_documents(type=RENEWAL, person_id="ani")
    case = await workflow.case(await workflow.brings_documents())
    linked = replace(case_identification.linked_to(case, "ani"), revision=case.revision + 1)

    async with workflow.store.begin() as records:
        with pytest.raises(ApplicationOpen):
            await records.cases.save(linked)


async def test_an_appeal_of_somebody_who_applied_meanwhile(workflow: Workflow) -> None:
    refused = await workflow.is_known(await workflow.applies(type=RENEWAL, person_id="ani"))
    await workflow.refuses(refused)
    await workflow.brings_documents(type=RENEWAL, person_id="ani")
    case = await workflow.case(refused)
    reopened = replace(case, state=ApplicationState.AWAITING_APPROVAL, revision=case.revision + 1)

    async with workflow.store.begin() as records:
        with pytest.raises(ApplicationOpen):
            await records.cases.save(reopened)


async def test_a_document_number_given_twice_is_another_error(workflow: Workflow) -> None:
    first = await workflow.becomes_ready()
    number = (await workflow.case(first)).document_number
    case = await workflow.case(await workflow.brings_documents())
    numbered = replace(case, document_number=number, revision=case.revision + 1)

    async with workflow.store.begin() as records:
        with pytest.raises(IntegrityError):
            await records.cases.save(numbered)
