"""Whoever comes second when one person gets two open applications at once is told so."""

import asyncio
from dataclasses import replace

import pytest
from issuance.domain import case_decision, case_identification
from issuance.domain.application_type import ApplicationType
from issuance.domain.case_errors import ApplicationOpen
from issuance.domain.events import ApplicationEvent
from issuance.domain.states import ApplicationState
from servicekit.storage.database import Database
from sqlalchemy.exc import IntegrityError

from .emergencies import is_found_a_duplicate
from .locks import somebody_waits_for_a_lock
from .people import identity
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


async def test_an_appeal_of_a_holder_who_applied_meanwhile(emergencies: Workflow) -> None:
    refused = await is_found_a_duplicate(emergencies)
    case = await emergencies.case(refused)
    await emergencies.brings_documents(type=RENEWAL, person_id=case.person_id)
    reexamined = replace(
        case,
        state=ApplicationState.HANDED_OVER,
        identification_due=True,
        revision=case.revision + 1,
    )

    async with emergencies.store.begin() as records:
        with pytest.raises(ApplicationOpen):
            await records.cases.save(reexamined)


async def test_who_applies_while_the_appeal_is_granted(
    emergencies: Workflow, database: Database
) -> None:
    if not database.is_shared:
        pytest.skip("one writer at a time: needs POSTGRESQL_TEST_URL")
    refused = await is_found_a_duplicate(emergencies)
    person = (await emergencies.case(refused)).person_id

    async with emergencies.store.begin() as records:
        case = await records.cases.get(refused)
        reexamined = case_decision.reexamined_after_the_hand_over(case, "rini")
        applying = asyncio.create_task(emergencies.brings_documents(type=RENEWAL, person_id=person))
        await emergencies.apply_transition(
            records,
            reexamined,
            ApplicationEvent.REEXAMINE_HOLDER,
            identity("rini", "supervisor"),
            emergencies.now_is,
        )
        while not applying.done() and not await somebody_waits_for_a_lock(database):
            pass

    with pytest.raises(ApplicationOpen):
        await applying


async def test_a_document_number_given_twice_is_another_error(workflow: Workflow) -> None:
    first = await workflow.becomes_ready()
    number = (await workflow.case(first)).document_number
    case = await workflow.case(await workflow.brings_documents())
    numbered = replace(case, document_number=number, revision=case.revision + 1)

    async with workflow.store.begin() as records:
        with pytest.raises(IntegrityError):
            await records.cases.save(numbered)
