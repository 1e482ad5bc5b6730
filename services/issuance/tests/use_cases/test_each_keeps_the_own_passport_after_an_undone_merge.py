"""Which passport each of two persons has once they are two again."""

from issuance.domain.states import ApplicationState

from .merging import (
    both_have_passports,
    has_passport,
    is_undone,
    renews_and_is_found_twice,
)
from .workflow import Workflow


async def _gets_passport(workflow: Workflow, id: str) -> None:
    await workflow.is_released(id)
    await workflow.job_is_done(id)
    await workflow.hands_over(id)


async def test_a_passport_since_the_merge_replaces_only_its_holders(workflow: Workflow) -> None:
    of_ani, of_budi = await both_have_passports(workflow)
    new = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(new)
    workflow.clock("2018-10-31 09:00")
    since = await has_passport(workflow, "budi")
    merged = await workflow.documents("budi")

    await is_undone(workflow, new)

    assert merged == [(of_budi, "revoked"), (of_ani, "revoked"), (since, "valid")]
    assert await workflow.documents("ani") == [(of_ani, "valid")]
    assert await workflow.documents("budi") == [(of_budi, "revoked"), (since, "valid")]


async def test_the_passport_of_the_application_that_was_examined_is_its_applicants(
    workflow: Workflow,
) -> None:
    of_ani, of_budi = await both_have_passports(workflow)
    new = await renews_and_is_found_twice(workflow)
    await _gets_passport(workflow, new)

    await is_undone(workflow, new)

    assert await workflow.documents("ani") == [(of_ani, "revoked"), (new, "valid")]
    assert await workflow.documents("budi") == [(of_budi, "valid")]


async def test_the_application_goes_on_as_its_applicants(workflow: Workflow) -> None:
    _, of_budi = await both_have_passports(workflow)
    new = await renews_and_is_found_twice(workflow)

    await is_undone(workflow, new)
    before = await workflow.state(new)
    await _gets_passport(workflow, new)

    assert before is ApplicationState.AWAITING_APPROVAL
    assert await workflow.documents("budi") == [(of_budi, "valid")]
    assert [each for _, each in await workflow.documents("ani")] == ["revoked", "valid"]
