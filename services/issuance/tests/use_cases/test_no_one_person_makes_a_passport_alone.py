"""Who took in does not approve, who approved does not hand over: by person, also by a service."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.case import Actor
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationEvent, ApplicationState

from .workflow import Workflow


@pytest.mark.parametrize(
    "step",
    [
        "create",
        "accept_documents",
        "record_payment",
        "submit_portrait",
        "submit_biometrics",
        "record_interview",
    ],
)
async def test_who_took_one_step_of_the_intake_does_not_approve(
    workflow: Workflow, step: str
) -> None:
    id = await workflow.applies(by={step: "agus"})
    await workflow.is_identified()

    with pytest.raises(SeparationOfDuties) as refusal:
        await workflow.approves(id)

    assert refusal.value.metadata == {"event": "approve", "earlier": step}
    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL
    await workflow.approves(id, "bambang")


async def test_who_cleared_does_not_approve(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified(Candidate("ani", 6.5))
    (task,) = await workflow.tasks()
    await workflow.examines(task.id, "agus", Verdict.CLEARED)

    with pytest.raises(SeparationOfDuties) as refusal:
        await workflow.approves(id, "agus")

    assert refusal.value.metadata == {"event": "approve", "earlier": "clear"}
    await workflow.approves(id, "bambang")


async def test_who_linked_does_not_approve(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified(Candidate("ani", 6.5))
    (task,) = await workflow.tasks()
    for examiner in ("budi", "agus"):
        await workflow.examines(task.id, examiner, Verdict.SAME_PERSON, "ani")

    with pytest.raises(SeparationOfDuties) as refusal:
        await workflow.approves(id, "agus")

    assert refusal.value.metadata == {"event": "approve", "earlier": "link_person"}
    await workflow.approves(id, "bambang")


async def test_who_approved_does_not_hand_over(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()

    with pytest.raises(SeparationOfDuties):
        await workflow.hands_over(id, "agus")
    await workflow.hands_over(id, "dian")

    assert await workflow.state(id) is ApplicationState.HANDED_OVER


async def test_a_service_takes_steps_for_a_person_who_does_not_approve_then(
    workflow: Workflow,
) -> None:
    frontdesk = Actor(
        "spiffe://ID/office/BJM/service/frontdesk",
        "service:frontdesk",
        "spiffe://ID/office/BJM/user/agus/role/officer",
    )
    id = await workflow.brings_documents()
    await workflow.is_photographed(id, by=frontdesk)
    await workflow.is_interviewed(id)
    await workflow.is_identified()

    with pytest.raises(SeparationOfDuties):
        await workflow.approves(id)

    async with workflow.store.read() as records:
        photographed = (await records.history.of_case(id))[-3]
    assert photographed.event is ApplicationEvent.SUBMIT_PORTRAIT
    assert (photographed.by, photographed.person) == (frontdesk.uri, frontdesk.on_behalf_of)
