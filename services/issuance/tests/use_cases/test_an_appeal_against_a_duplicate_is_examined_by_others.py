"""Who appeals after examiners confirmed a duplicate is examined again by others, with the book."""

import pytest
from issuance.domain.adjudication_task import Verdict
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition

from .people import identity
from .verifying import OTHER, RENEWAL, is_decided, is_printed_unidentified
from .workflow import Workflow


async def _is_confirmed_with_a_book(flow: Workflow) -> str:
    id = await is_printed_unidentified(flow)
    await flow.is_known_alone(id, OTHER)
    await is_decided(flow, Verdict.DUPLICATE)
    assert await flow.documents("ani") == [(id, "revoked")]
    return id


async def _is_examined_again(flow: Workflow, verdict: Verdict) -> None:
    (task,) = await flow.tasks()
    for examiner in ("fauzi", "ratna"):
        await flow.examines(task.id, examiner, verdict)


async def test_who_was_wrongly_confirmed_gets_the_held_book(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await _is_confirmed_with_a_book(flow)
    serial = (await flow.case(id)).book_serial

    await flow.appeals(id, "hadi")
    reinstated = await flow.documents("ani")
    with pytest.raises(IllegalTransition):
        await flow.hands_over(id)
    await _is_examined_again(flow, Verdict.CLEARED)
    await flow.approves(id)
    await flow.hands_over(id)

    assert reinstated == [(id, "made")]
    assert await flow.documents("ani") == [(id, "valid")]
    assert (await flow.case(id)).book_serial == serial


async def test_the_matcher_takes_the_fraud_back_for_the_supervisor(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    id = await _is_confirmed_with_a_book(flow)

    await flow.appeals(id, "hadi")
    while_examined = [each.status.value for each in await flow.encounter_changes(id)]
    await _is_examined_again(flow, Verdict.CLEARED)

    assert while_examined == ["fraud"]
    (change,) = await flow.encounter_changes(id)
    assert (change.status.value, bool(change.reason)) == ("active", True)
    assert change.on_behalf_of == identity("hadi", "supervisor").uri


async def test_who_is_confirmed_again_has_no_passport(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await _is_confirmed_with_a_book(flow)

    await flow.appeals(id)
    await _is_examined_again(flow, Verdict.DUPLICATE)

    assert await flow.state(id) is ApplicationState.REFUSED
    assert await flow.documents("ani") == [(id, "revoked")]


async def test_who_has_no_book_any_more_is_refused_without_fraud(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await _is_confirmed_with_a_book(flow)
    await flow.appeals(id)
    await _is_examined_again(flow, Verdict.CLEARED)

    await flow.refuses(id)

    assert await flow.documents("ani") == [(id, "revoked")]
    assert [each.status.value for each in await flow.encounter_changes(id)] == ["inactive"]
    await flow.applies(type=RENEWAL, person_id="ani")


async def test_a_book_that_a_supervisor_refused_never_comes_back(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await is_printed_unidentified(flow)
    await flow.is_known_alone(id, OTHER)
    await is_decided(flow, Verdict.CLEARED)
    await flow.refuses(id)

    with pytest.raises(IllegalTransition, match="apply again"):
        await flow.appeals(id)
