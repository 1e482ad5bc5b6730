"""What the matcher is asked about single encounters as a merge is undone."""

import pytest
from issuance.domain.case_errors import ApplicationOpen
from issuance.domain.encounter_change import EncounterChange, EncounterStatus

from .merging import (
    ANI,
    RENEWAL,
    has_passport,
    is_linked,
    is_undone,
    moves_encounters,
    renews_and_is_found_twice,
)
from .workflow import Workflow


async def test_the_encounter_of_the_application_is_moved_back(workflow: Workflow) -> None:
    new = await renews_and_is_found_twice(workflow)

    await is_undone(workflow, new)

    assert await workflow.encounter_changes(new) == [
        EncounterChange(new, EncounterStatus.ACTIVE, "ani", "seen")
    ]


async def test_what_the_matcher_is_still_to_do_is_done_under_the_former_person(
    workflow: Workflow,
) -> None:
    earlier = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_known(earlier)
    await workflow.refuses(earlier)
    new = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(new)
    await moves_encounters(workflow)
    await workflow.appeals(earlier)
    before = await workflow.encounter_changes(earlier)

    await is_undone(workflow, new)

    assert [each.person_id for each in before] == ["budi"]
    assert [each.person_id for each in await workflow.encounter_changes(earlier)] == ["ani"]
    with pytest.raises(ApplicationOpen):
        await workflow.brings_documents(type=RENEWAL, person_id="ani")


async def test_what_was_moved_to_the_one_person_by_itself_is_moved_back(
    workflow: Workflow,
) -> None:
    earlier = await workflow.applies()
    await workflow.is_identified(ANI)
    await is_linked(workflow, "ani")
    await workflow.refuses(earlier)
    new = await renews_and_is_found_twice(workflow)
    await workflow.sets_statuses()

    await is_undone(workflow, new)

    assert await workflow.encounter_changes(earlier) == [
        EncounterChange(earlier, EncounterStatus.INACTIVE, "ani", "not a citizen")
    ]


async def test_what_the_merge_moved_at_the_matcher_comes_back_by_its_undoing(
    workflow: Workflow,
) -> None:
    earlier = await has_passport(workflow, "ani")
    await workflow.sets_statuses()
    workflow.clock("2018-10-29 09:00")
    new = await renews_and_is_found_twice(workflow)

    await is_undone(workflow, new)

    assert await workflow.encounter_changes(earlier) == []
