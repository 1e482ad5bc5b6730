"""An administrator pauses a kind of outbox work, at one office or at all; nobody begins it then."""

import pytest
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.paused_work import PausedWork, WorkNotPaused, WorkPaused
from issuance.domain.waiting_on import ResponsibleParty

from .workflow import Workflow

IDENTIFY, PRINT = OutboxTaskKind.IDENTIFY, OutboxTaskKind.PRINT


async def _pauses(workflow: Workflow, kind: OutboxTaskKind, office: str = "") -> PausedWork:
    paused = PausedWork(kind, office, "bad books", "ani", workflow.now_is)
    async with workflow.store.begin() as records:
        await records.paused_work.pause(paused)
    return paused


async def _resumes(workflow: Workflow, kind: OutboxTaskKind, office: str = "") -> PausedWork:
    async with workflow.store.begin() as records:
        return await records.paused_work.resume(kind, office)


async def _leased(workflow: Workflow, kind: OutboxTaskKind) -> list[str]:
    return [task.case for task in await workflow.leases(kind)]


async def test_work_of_one_office_is_paused(workflow: Workflow) -> None:
    here, there = await workflow.applies(), await workflow.applies(office="JKT")

    await _pauses(workflow, IDENTIFY, "BJM")

    assert await _leased(workflow, IDENTIFY) == [there]
    await _resumes(workflow, IDENTIFY, "BJM")
    assert await _leased(workflow, IDENTIFY) == [here]


async def test_work_of_all_offices_is_paused(workflow: Workflow) -> None:
    both = {await workflow.applies(), await workflow.applies(office="JKT")}

    paused = await _pauses(workflow, IDENTIFY)

    assert await _leased(workflow, IDENTIFY) == []
    assert await _resumes(workflow, IDENTIFY) == paused
    assert set(await _leased(workflow, IDENTIFY)) == both


async def test_other_work_goes_on(workflow: Workflow) -> None:
    id = await workflow.applies()

    await _pauses(workflow, PRINT)

    assert await _leased(workflow, IDENTIFY) == [id]


async def test_the_status_shows_who_paused_what_when_and_why(workflow: Workflow) -> None:
    everywhere = await _pauses(workflow, PRINT)
    here = await _pauses(workflow, IDENTIFY, "BJM")

    assert (await workflow.status()).paused_work == [here, everywhere]
    await _resumes(workflow, PRINT)
    assert (await workflow.status()).paused_work == [here]


async def test_a_pause_is_recorded_once_and_ends_once(workflow: Workflow) -> None:
    first = await _pauses(workflow, PRINT, "BJM")

    with pytest.raises(WorkPaused):
        await _pauses(workflow, PRINT, "BJM")
    with pytest.raises(WorkNotPaused):
        await _resumes(workflow, PRINT)

    assert await _resumes(workflow, PRINT, "BJM") == first
    with pytest.raises(WorkNotPaused):
        await _resumes(workflow, PRINT, "BJM")


async def test_a_wait_for_paused_work_is_explained(workflow: Workflow) -> None:
    here, there = await workflow.applies(), await workflow.applies(office="JKT")
    await _pauses(workflow, IDENTIFY, "BJM")

    explanation = await workflow.explanation(here)

    assert explanation.sped_up_by.en == "the work that was paused is resumed"
    assert explanation.intervention is not None
    assert explanation.intervention.by.responsible_party is ResponsibleParty.ADMINISTRATOR
    assert (await workflow.explanation(there)).intervention is None
