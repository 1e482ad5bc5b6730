"""Two persons who were merged by mistake are two again, each with what is theirs."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.case_errors import ApplicationOpen
from issuance.domain.events import ApplicationEvent
from issuance.domain.merge_undoing import NotSinceMerge

from .merging import (
    ANI,
    BUDI,
    RENEWAL,
    SAME,
    both_have_passports,
    has_passport,
    is_linked,
    is_undone,
    merge_of,
    renews_and_is_found_twice,
)
from .people import identity
from .workflow import Workflow


async def _current(workflow: Workflow, person: str) -> str:
    """Return who a person is."""
    async with workflow.store.read() as records:
        return await records.person_merges.current(person)


async def test_each_has_again_what_they_had(workflow: Workflow) -> None:
    of_ani, of_budi = await both_have_passports(workflow)
    new = await renews_and_is_found_twice(workflow)
    merged = await workflow.documents("budi")
    workflow.clock("2018-10-31 09:00")

    await is_undone(workflow, new)

    assert merged == [(of_budi, "revoked"), (of_ani, "valid")]
    assert await workflow.documents("ani") == [(of_ani, "valid")]
    assert await workflow.documents("budi") == [(of_budi, "valid")]
    persons = [(await workflow.case(id)).person_id for id in (of_ani, new, of_budi)]
    assert persons == ["ani", "ani", "budi"]
    assert (await _current(workflow, "ani"), await _current(workflow, "budi")) == ("ani", "budi")
    assert await workflow.open_items() == [], "the book of budi is good, and nobody takes it in"


async def test_the_history_says_who_found_it(workflow: Workflow) -> None:
    earlier = await has_passport(workflow, "ani")
    new = await renews_and_is_found_twice(workflow)

    await is_undone(workflow, new)

    gita, hana = identity("gita", "examiner").uri, identity("hana", "examiner").uri
    for id in (earlier, new):
        last = (await workflow.history(id))[-1]
        assert (last.event, last.by) == (ApplicationEvent.UNDO_MERGE, hana)
        assert last.details.reason == f"ani is not budi: twins ({gita}: twins)"


@pytest.mark.parametrize(("named", "person"), [(False, "budi"), (True, "ani")])
async def test_an_application_since_the_merge_stays_unless_it_is_named(
    workflow: Workflow, named: bool, person: str
) -> None:
    new = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(new)
    since = await workflow.brings_documents(type=RENEWAL, person_id="ani")

    await is_undone(workflow, new, *([since] if named else []))

    assert (await workflow.case(since)).person_id == person
    with pytest.raises(ApplicationOpen):
        await workflow.brings_documents(type=RENEWAL, person_id=person)
    other = {"ani": "budi", "budi": "ani"}[person]
    again = await workflow.brings_documents(type=RENEWAL, person_id=other)
    assert (await workflow.case(again)).person_id == other


async def test_only_applications_since_the_merge_are_named(workflow: Workflow) -> None:
    of_ani, of_budi = await both_have_passports(workflow)
    new = await renews_and_is_found_twice(workflow)
    of_another = await workflow.applies(type=RENEWAL, person_id="citra")
    task = await merge_of(workflow, new)

    for id in (of_budi, of_another, "nothing"):
        with pytest.raises(NotSinceMerge) as refusal:
            await workflow.finds_two(task, "gita", id)
        assert refusal.value.metadata == {"application_id": id}

    undone = await is_undone(workflow, new, new, of_ani)
    assert undone == task
    assert (await workflow.case(of_budi)).person_id == "budi"


async def test_an_application_that_is_given_back_was_never_the_other_persons(
    workflow: Workflow,
) -> None:
    new = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(new)
    since = await workflow.applies(type=RENEWAL, person_id="budi")
    await workflow.is_identified(BUDI, Candidate("citra", 10.0))

    await is_undone(workflow, new, since)
    (task,) = await workflow.tasks()
    await workflow.examines(task.id, "eko", SAME, "citra")
    await workflow.examines(task.id, "fitri", SAME, "citra")

    async with workflow.store.read() as records:
        case = await records.cases.get(since)
        persons = await records.adjudication_tasks.persons_of(case)
    assert persons == {"ani", "citra"}


async def test_they_may_be_found_to_be_one_again(workflow: Workflow) -> None:
    earlier = await has_passport(workflow, "ani")
    new = await renews_and_is_found_twice(workflow)
    await is_undone(workflow, new)
    await workflow.withdraws(new)

    again = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(ANI, BUDI)
    await is_linked(workflow, "budi")

    persons = [(await workflow.case(id)).person_id for id in (earlier, new, again)]
    assert persons == ["budi"] * 3
    assert await _current(workflow, "ani") == "budi"
