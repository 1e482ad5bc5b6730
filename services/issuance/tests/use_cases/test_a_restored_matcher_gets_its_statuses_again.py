"""The matcher's database was restored: the statuses of encounters that it lost are set again."""

import pytest
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.states import ApplicationState

from .people import identity
from .remembering_matcher import RememberingMatcher, is_identified, is_restored
from .workflow import Workflow

S, E = ApplicationState, EncounterStatus


@pytest.fixture
def matcher() -> RememberingMatcher:
    return RememberingMatcher()


async def test_statuses_that_were_lost_are_set_again(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id, refused = await is_identified(workflow), await is_identified(workflow)
    await workflow.refuses(refused)
    await workflow.sets_statuses()
    matcher.has(id, E.PENDING)
    matcher.has(refused, E.ACTIVE)
    await workflow.watches(matcher)

    await is_restored(workflow, matcher)

    assert await workflow.statuses_asked(id) == [(id, E.ACTIVE)]
    assert await workflow.statuses_asked(refused) == [(refused, E.INACTIVE)]
    assert await workflow.lost_enrolments() == []


async def test_fingers_that_came_back_are_deleted_again(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await is_identified(workflow)
    await workflow.withdraws(id)
    await workflow.sets_statuses()
    matcher.has(id, E.ACTIVE)
    await workflow.watches(matcher)

    await is_restored(workflow, matcher)

    assert await workflow.statuses_asked(id) == [(id, E.DELETED)]
    assert await workflow.lost_enrolments() == []


async def test_those_of_an_earlier_capture_too(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await is_identified(workflow)
    await workflow.retakes_biometrics(id, identity("agus", "supervisor"))
    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)
    await workflow.sets_statuses()
    await workflow.is_identified()
    await workflow.sets_statuses()
    matcher.has(id, E.ACTIVE)
    matcher.has(f"{id}.2", E.ACTIVE)
    await workflow.watches(matcher)

    await is_restored(workflow, matcher)

    assert await workflow.statuses_asked(id) == [(id, E.DELETED)]
    assert await workflow.state(id) is S.AWAITING_APPROVAL


async def test_work_that_is_still_to_be_done_is_not_recorded_twice(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    matcher.has(id, E.PENDING)
    await workflow.watches(matcher)

    await is_restored(workflow, matcher)

    assert await workflow.statuses_asked(id) == [(id, E.ACTIVE)]
