"""An officer who did any step of the intake may not examine that application."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import OwnCase, Verdict
from issuance.domain.states import ApplicationState

from .workflow import Workflow

OTHER_PERSON = Candidate("somebody-else", 6.5)


@pytest.mark.parametrize(
    "step",
    ["create", "accept_documents", "record_payment", "submit_biometrics", "record_interview"],
)
async def test_who_did_one_step_may_not_examine(workflow: Workflow, step: str) -> None:
    await workflow.applies(by={step: "budi"})
    await workflow.is_identified(OTHER_PERSON)
    (task,) = await workflow.tasks()

    with pytest.raises(OwnCase):
        await workflow.claims(task.id, "budi")


async def test_who_refused_the_documents_at_first_may_not_examine(workflow: Workflow) -> None:
    await workflow.applies(documents_refused_by="budi")
    await workflow.is_identified(OTHER_PERSON)
    (task,) = await workflow.tasks()

    with pytest.raises(OwnCase):
        await workflow.claims(task.id, "budi")


async def test_who_took_in_another_application_may_examine(workflow: Workflow) -> None:
    suspect = await workflow.applies()
    await workflow.is_identified(OTHER_PERSON)
    await workflow.applies(by=dict.fromkeys(["create", "record_payment"], "budi"))
    (task,) = await workflow.tasks()

    await workflow.examines(task.id, "budi", Verdict.CLEARED)

    assert await workflow.state(suspect) is ApplicationState.AWAITING_APPROVAL
