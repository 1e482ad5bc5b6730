"""Who grants an appeal does not approve the application; who had refused it may."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.fingers import FingerPosition, FingerSubmission, MissingReason
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.use_cases.record_interview import Interview

from .workflow import Workflow


async def test_who_reopened_it_does_not_approve(workflow: Workflow) -> None:
    id = await workflow.is_known(await workflow.applies())
    await workflow.refuses(id, "agus")
    await workflow.appeals(id, "hadi")

    with pytest.raises(SeparationOfDuties) as refusal:
        await workflow.approves(id, "hadi")

    assert refusal.value.metadata == {"event": "approve", "earlier": "reopen"}
    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_of_two_supervisors_the_one_who_refused_approves(workflow: Workflow) -> None:
    id = await workflow.is_known(await workflow.applies())
    await workflow.refuses(id, "agus")
    await workflow.appeals(id, "hadi")

    await workflow.approves(id, "agus")

    assert await workflow.state(id) is ApplicationState.APPROVED


async def test_who_had_a_duplicate_examined_again_does_not_approve(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified(Candidate("somebody-else", 9.0))
    await _is_examined(workflow, Verdict.DUPLICATE, "budi", "dewi")
    await workflow.appeals(id, "hadi")
    await _is_examined(workflow, Verdict.CLEARED, "fauzi", "ratna")

    with pytest.raises(SeparationOfDuties) as refusal:
        await workflow.approves(id, "hadi")

    assert refusal.value.metadata["earlier"] == "reexamine"
    await workflow.approves(id, "agus")


async def _is_examined(workflow: Workflow, verdict: Verdict, *examiners: str) -> None:
    (task,) = [each for each in await workflow.tasks() if each.closed_at is None]
    for examiner in examiners:
        await workflow.examines(task.id, examiner, verdict)


class TestWithoutFingerprints:
    async def test_who_refused_leaves_the_identity_to_another_and_approves(
        self, workflow: Workflow
    ) -> None:
        id = await _is_refused_without_fingerprints(workflow, "agus")
        await workflow.appeals(id, "hadi")

        with pytest.raises(SeparationOfDuties):
            await workflow.establishes_identity(id, "agus")
        await workflow.establishes_identity(id, "hadi")
        with pytest.raises(SeparationOfDuties):
            await workflow.approves(id, "hadi")
        await workflow.approves(id, "agus")

        assert await workflow.state(id) is ApplicationState.APPROVED

    async def test_who_reopened_it_does_not_approve_whoever_decided_on_the_identity(
        self, workflow: Workflow
    ) -> None:
        id = await _is_refused_without_fingerprints(workflow, "agus")
        await workflow.appeals(id, "hadi")
        await workflow.establishes_identity(id, "bambang")

        with pytest.raises(SeparationOfDuties) as refusal:
            await workflow.approves(id, "hadi")

        assert refusal.value.metadata["earlier"] == "review_identity"


async def _is_refused_without_fingerprints(workflow: Workflow, user: str) -> str:
    none = dict.fromkeys(FingerPosition, MissingReason.AMPUTATED)
    id = await workflow.brings_documents(fingers=FingerSubmission(list(FingerPosition), none))
    await workflow.is_interviewed(id, interview=Interview(identity_evidence="family card"))
    await workflow.refuses(id, user)
    return id
