"""Why a document is revoked is recorded beside the words of whoever did it, and alone decides."""

from dataclasses import replace

import pytest
from issuance.domain.adjudication_task import Verdict
from issuance.domain.document import DocumentNotInUse, RevocationCause
from issuance.domain.states import ApplicationState
from issuance.use_cases.adjudicate import decide_task
from issuance.use_cases.application_steps import withdraw

from .emergencies import OTHER, has_emergency_document
from .merging import BUDI, RENEWAL, has_passport, is_undone, renews_and_is_found_twice
from .people import identity
from .workflow import Workflow

SYSTEMS_OWN_WORDS = "another document was handed over"


async def _is_refused_as_fraud(flow: Workflow, id: str, reason: str) -> None:
    await flow.is_identified(BUDI, OTHER)
    (task,) = [each for each in await flow.tasks() if each.case == id]
    for user in ("ivan", "joko"):
        await flow.claims(task.id, user)
        by = identity(user, "examiner")
        async with flow.store.begin() as records:
            await decide_task(
                records, task.id, Verdict.DUPLICATE, reason, by, flow.now_is, flow.apply_transition
            )


async def test_the_document_of_a_fraud_is_not_valid_again(emergencies: Workflow) -> None:
    flow = emergencies
    earlier = await has_passport(flow, "budi")
    merged = await renews_and_is_found_twice(flow)
    await flow.withdraws(merged)
    flow.clock("2018-10-29 09:00")
    fraud = await has_emergency_document(flow, type=RENEWAL, person_id="budi")
    await _is_refused_as_fraud(flow, fraud, SYSTEMS_OWN_WORDS)

    await is_undone(flow, merged)

    assert await flow.state(fraud) is ApplicationState.REFUSED
    assert await flow.documents("budi") == [(earlier, "revoked"), (fraud, "revoked")]


async def test_the_document_of_a_refused_application_is_not_valid_again_whatever_revoked_it(
    emergencies: Workflow,
) -> None:
    flow = emergencies
    merged = await renews_and_is_found_twice(flow)
    await flow.withdraws(merged)
    flow.clock("2018-10-29 09:00")
    fraud = await has_emergency_document(flow, type=RENEWAL, person_id="ani")
    await _is_refused_as_fraud(flow, fraud, "seen")
    async with flow.store.begin() as records:
        document = await records.documents.get((await flow.case(fraud)).document_number)
        await records.documents.save(replace(document, revoked_for=RevocationCause.REPLACED))

    await is_undone(flow, merged, fraud)

    assert await flow.documents("ani") == [(fraud, "revoked")]


async def test_a_withdrawn_book_is_not_reported_lost(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    number = (await workflow.case(id)).document_number
    by = identity("siti", "officer")
    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        await withdraw(
            records, case, by, workflow.now_is, workflow.apply_transition, SYSTEMS_OWN_WORDS
        )

    with pytest.raises(DocumentNotInUse):
        await workflow.reports_lost(number)
