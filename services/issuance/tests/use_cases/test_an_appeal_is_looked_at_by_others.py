"""What two examiners confirmed is examined again by people who had no part in it so far."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import ExaminedBefore, OwnCase, Verdict
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState

from .workflow import Workflow


async def _is_confirmed(workflow: Workflow) -> str:
    """Budi and Dewi confirm that an applicant is somebody else."""
    id = await workflow.applies()
    await workflow.is_identified(Candidate("somebody-else", 9.0))
    (task,) = await workflow.tasks()
    for examiner in ("budi", "dewi"):
        await workflow.examines(task.id, examiner, Verdict.DUPLICATE)
    assert await workflow.state(id) is ApplicationState.REFUSED
    return id


async def _open_task(workflow: Workflow) -> str:
    (task,) = [each for each in await workflow.tasks() if each.closed_at is None]
    return task.id


async def test_an_examiner_of_the_first_look_does_not_examine_again(workflow: Workflow) -> None:
    await workflow.appeals(await _is_confirmed(workflow))
    again = await _open_task(workflow)

    for examiner in ("budi", "dewi"):
        with pytest.raises(ExaminedBefore):
            await workflow.claims(again, examiner)


async def test_who_granted_the_appeal_does_not_examine(workflow: Workflow) -> None:
    await workflow.appeals(await _is_confirmed(workflow), "hayati")
    again = await _open_task(workflow)

    with pytest.raises(OwnCase):
        await workflow.claims(again, "hayati")
    for examiner in ("fauzi", "ratna"):
        await workflow.examines(again, examiner, Verdict.CLEARED)


@pytest.mark.parametrize("examiner", ["budi", "dewi"])
async def test_an_examiner_of_the_first_look_does_not_grant_the_appeal(
    workflow: Workflow, examiner: str
) -> None:
    id = await _is_confirmed(workflow)

    with pytest.raises(SeparationOfDuties) as refused:
        await workflow.appeals(id, examiner)

    assert refused.value.metadata["earlier"] == "examine"
    assert await workflow.state(id) is ApplicationState.REFUSED
