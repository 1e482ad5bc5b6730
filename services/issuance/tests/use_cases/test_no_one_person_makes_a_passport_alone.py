"""Who took in does not approve, who approved does not hand over: by person, also by a service."""

import pytest
from issuance.domain.actor import Actor
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import OwnCase, Verdict
from issuance.domain.events import ApplicationEvent
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState

from .people import identity
from .verifying import is_printed_unidentified, is_verified_only
from .workflow import Workflow

CLEARED, DUPLICATE = Verdict.CLEARED, Verdict.DUPLICATE
STRONG_HIT = Candidate("ani-who-is-on-record", 12.0)


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


async def test_neither_of_two_who_cleared_a_strong_hit_approves(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified(STRONG_HIT)
    await _is_examined(workflow, budi=CLEARED, citra=CLEARED)

    assert await _who_may_not_approve(workflow, id, "budi", "citra") == {
        "budi": "examine",
        "citra": "clear",
    }
    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL
    await workflow.approves(id, "bambang")


async def test_who_was_overruled_by_other_examiners_does_not_approve(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified(STRONG_HIT)
    await _is_examined(workflow, budi=DUPLICATE, citra=CLEARED, dewi=CLEARED)

    assert await _who_may_not_approve(workflow, id, "budi") == {"budi": "examine"}
    await workflow.approves(id, "bambang")


async def test_nobody_who_decided_before_an_appeal_or_after_it_approves(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    await workflow.is_identified(STRONG_HIT)
    await _is_examined(workflow, budi=DUPLICATE, citra=DUPLICATE)
    await workflow.appeals(id)
    await _is_examined(workflow, dewi=CLEARED, eko=CLEARED)

    assert await _who_may_not_approve(workflow, id, "budi", "citra", "dewi", "eko") == {
        "budi": "examine",
        "citra": "examine",
        "dewi": "examine",
        "eko": "clear",
    }
    await workflow.approves(id, "bambang")


async def test_who_examined_fingerprints_that_were_taken_again_does_not_approve(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    await workflow.is_identified(STRONG_HIT)
    await _is_examined(workflow, budi=CLEARED)
    await workflow.retakes_biometrics(id, identity("hadi", "supervisor"))
    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)
    await workflow.is_identified()

    assert await _who_may_not_approve(workflow, id, "budi") == {"budi": "examine"}
    await workflow.approves(id, "bambang")


async def test_who_examined_one_application_approves_another(workflow: Workflow) -> None:
    await workflow.applies()
    await workflow.is_identified(STRONG_HIT)
    await _is_examined(workflow, budi=CLEARED, citra=CLEARED)
    other = await workflow.applies()
    await workflow.is_identified()

    await workflow.approves(other, "budi")

    assert await workflow.state(other) is ApplicationState.APPROVED


async def test_who_examined_does_not_approve_the_book_that_was_held(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    id = await is_printed_unidentified(flow)
    await flow.is_known_alone(id, STRONG_HIT)
    await _is_examined(flow, budi=CLEARED, citra=CLEARED)

    assert await _who_may_not_approve(flow, id, "budi", "citra") == {
        "budi": "examine",
        "citra": "clear",
    }
    await flow.approves(id, "bambang")
    assert await flow.state(id) is ApplicationState.READY


async def test_who_approved_does_not_examine_later(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await is_verified_only(flow)
    await flow.approves(id, "agus")
    await flow.is_known_alone(id, STRONG_HIT)
    (task,) = await flow.tasks()

    with pytest.raises(OwnCase):
        await flow.claims(task.id, "agus")

    assert [each.adjudication.claimed_by for each in await flow.tasks()] == [None]
    await _is_examined(flow, budi=CLEARED, citra=CLEARED)
    assert await flow.state(id) is ApplicationState.AWAITING_APPROVAL
    await flow.approves(id, "agus")


async def _is_examined(workflow: Workflow, **verdicts: Verdict) -> None:
    """Examiners give these verdicts about the only open task, in this order."""
    (task,) = await workflow.tasks()
    for examiner, verdict in verdicts.items():
        await workflow.examines(task.id, examiner, verdict)


async def _who_may_not_approve(workflow: Workflow, id: str, *users: str) -> dict[str, str]:
    """Try to approve as each of these people; which earlier step forbids it to each of them."""
    forbidden = {}
    for user in users:
        with pytest.raises(SeparationOfDuties) as refusal:
            await workflow.approves(id, user)
        forbidden[user] = refusal.value.metadata["earlier"]
    return forbidden


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
