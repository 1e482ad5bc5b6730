"""Administrators see what the outbox holds and which outage stops it, and no other outage."""

import pytest
from issuance.domain.outage import OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import ApplicationState

from .workflow import Workflow


async def test_printing_is_stopped_by_an_outage_of_its_own_office_only(
    workflow: Workflow,
) -> None:
    await _released(workflow)

    await workflow.declares(OutageScope.PRINTING, "JKT")
    assert await _stopped_by(workflow, OutboxTaskKind.PRINT) == ""

    ours = await workflow.declares(OutageScope.PRINTING, "BJM")
    assert await _stopped_by(workflow, OutboxTaskKind.PRINT) == ours


@pytest.mark.parametrize("scope", [OutageScope.PRINTING, OutageScope.OFFICE])
async def test_identification_goes_on_when_an_office_does_not_print(
    workflow: Workflow, scope: OutageScope
) -> None:
    await workflow.applies()

    await workflow.declares(scope, "BJM")

    assert await _stopped_by(workflow, OutboxTaskKind.IDENTIFY) == ""


async def test_identification_of_every_office_is_stopped_by_the_matcher(
    workflow: Workflow,
) -> None:
    await workflow.applies()
    await workflow.applies(office="JKT")

    outage = await workflow.declares(OutageScope.MATCHER)

    assert await _stopped_by(workflow, OutboxTaskKind.IDENTIFY) == outage


async def test_printing_goes_on_without_the_matcher(workflow: Workflow) -> None:
    await _released(workflow)

    await workflow.declares(OutageScope.MATCHER)

    assert await _stopped_by(workflow, OutboxTaskKind.PRINT) == ""


async def test_everything_is_counted(workflow: Workflow) -> None:
    for _ in range(2):
        await workflow.applies()
    await workflow.is_identified()
    await workflow.applies(office="JKT")
    await workflow.applies()
    outage = await workflow.declares(OutageScope.MATCHER)

    status = await workflow.status()

    assert status.cases == {ApplicationState.AWAITING_APPROVAL: 2, ApplicationState.IDENTIFYING: 2}
    assert [(part.kind, part.count, sorted(part.offices)) for part, _ in status.outbox] == [
        (OutboxTaskKind.IDENTIFY, 2, ["BJM", "JKT"]),
        (OutboxTaskKind.SET_ENCOUNTER_STATUS, 2, ["BJM"]),
    ]
    assert [record.id for record in status.outages] == [outage]
    assert status.outages[0].cases == 2
    assert status.open_tasks == 0


async def _released(workflow: Workflow) -> str:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.plans()
    assert await workflow.state(id) is ApplicationState.PRINTING
    return id


async def _stopped_by(workflow: Workflow, kind: OutboxTaskKind) -> str:
    """The id of the outage that stops this part of the outbox; empty when none does."""
    (stopped_by,) = [
        outage for part, outage in (await workflow.status()).outbox if part.kind is kind
    ]
    return stopped_by
