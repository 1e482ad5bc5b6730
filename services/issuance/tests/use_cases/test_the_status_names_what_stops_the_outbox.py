"""Administrators see what the outbox holds and which outage stops it, and no other outage."""

import pytest
from issuance.domain.outage import Scope
from issuance.domain.states import State, Work

from .workflow import Workflow


async def test_printing_is_stopped_by_an_outage_of_its_own_office_only(
    workflow: Workflow,
) -> None:
    await _released(workflow)

    await workflow.declares(Scope.PRINTING, "JKT")
    assert await _stopped_by(workflow, Work.PRINT) == ""

    ours = await workflow.declares(Scope.PRINTING, "BJM")
    assert await _stopped_by(workflow, Work.PRINT) == ours


@pytest.mark.parametrize("scope", [Scope.PRINTING, Scope.OFFICE])
async def test_identification_goes_on_when_an_office_does_not_print(
    workflow: Workflow, scope: Scope
) -> None:
    await workflow.applies()

    await workflow.declares(scope, "BJM")

    assert await _stopped_by(workflow, Work.IDENTIFY) == ""


async def test_identification_of_every_office_is_stopped_by_the_matcher(
    workflow: Workflow,
) -> None:
    await workflow.applies()
    await workflow.applies(office="JKT")

    outage = await workflow.declares(Scope.MATCHER)

    assert await _stopped_by(workflow, Work.IDENTIFY) == outage


async def test_printing_goes_on_without_the_matcher(workflow: Workflow) -> None:
    await _released(workflow)

    await workflow.declares(Scope.MATCHER)

    assert await _stopped_by(workflow, Work.PRINT) == ""


async def test_everything_is_counted(workflow: Workflow) -> None:
    for _ in range(2):
        await workflow.applies()
    await workflow.is_identified()
    await workflow.applies(office="JKT")
    await workflow.applies()
    outage = await workflow.declares(Scope.MATCHER)

    status = await workflow.status()

    assert status.cases == {State.AWAITING_APPROVAL: 2, State.IDENTIFYING: 2}
    assert [(owed.kind, owed.count, sorted(owed.offices)) for owed, _ in status.owed] == [
        (Work.IDENTIFY, 2, ["BJM", "JKT"]),
        (Work.SETTLE, 2, ["BJM"]),
    ]
    assert [kept.id for kept in status.outages] == [outage]
    assert status.outages[0].cases == 2
    assert status.open_tasks == 0


async def _released(workflow: Workflow) -> str:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.plans()
    assert await workflow.state(id) is State.PRINTING
    return id


async def _stopped_by(workflow: Workflow, kind: Work) -> str:
    """The id of the outage that stops this part of the outbox; empty when none does."""
    (stopped_by,) = [outage for owed, outage in (await workflow.status()).owed if owed.kind is kind]
    return stopped_by
