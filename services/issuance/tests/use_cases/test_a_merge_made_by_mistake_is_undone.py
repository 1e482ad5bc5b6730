"""Two persons who were merged by mistake are two again, each with what is theirs."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import (
    ExaminedBefore,
    OwnCase,
    SecondExaminerRequired,
)
from issuance.domain.case_errors import ApplicationOpen
from issuance.domain.encounter_change import EncounterChange, EncounterStatus
from issuance.domain.events import ApplicationEvent
from issuance.domain.merge_undoing import MergedSince, MergeNotFound, MergeUndone, NotSinceMerge
from issuance.domain.open_item import ResolutionReason
from issuance.domain.states import ApplicationState
from servicekit.errors import DomainError

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
    moves_encounters,
    renews_and_is_found_twice,
)
from .people import identity
from .workflow import Workflow

HADI = identity("hadi", "supervisor")


async def _current(workflow: Workflow, person: str) -> str:
    """Return who a person is."""
    async with workflow.store.read() as records:
        return await records.person_merges.current(person)


async def _gets_passport(workflow: Workflow, id: str) -> None:
    await workflow.is_released(id)
    await workflow.job_is_done(id)
    await workflow.hands_over(id)


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


async def test_one_examiner_proposes_and_another_undoes(workflow: Workflow) -> None:
    new = await renews_and_is_found_twice(workflow)
    task = await merge_of(workflow, new)

    proposed = await workflow.finds_two(task, "gita")
    between = (await workflow.case(new)).person_id
    with pytest.raises(SecondExaminerRequired):
        await workflow.finds_two(task, "gita")
    undone = await workflow.finds_two(task, "hana")

    assert proposed.undone_at is None
    assert between == "budi"
    assert undone.undone_by == identity("hana", "examiner").uri
    assert (await workflow.case(new)).person_id == "ani"


async def test_who_names_other_applications_proposes_something_else(workflow: Workflow) -> None:
    new = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(new)
    since = await workflow.brings_documents(type=RENEWAL, person_id="budi")
    task = await merge_of(workflow, new)

    await workflow.finds_two(task, "gita")
    proposed = await workflow.finds_two(task, "hana", since)
    undone = await workflow.finds_two(task, "gita", since)

    assert (proposed.undone_at, undone.undone_at) == (None, workflow.now_is)
    assert (await workflow.case(since)).person_id == "ani"


async def test_neither_has_taken_part_before(workflow: Workflow) -> None:
    new = await renews_and_is_found_twice(workflow)
    await workflow.approves(new, "agus")
    task = await merge_of(workflow, new)

    for user, refusal in (
        ("eko", ExaminedBefore), ("fitri", ExaminedBefore), ("siti", OwnCase), ("agus", OwnCase),
    ):  # fmt: skip
        with pytest.raises(refusal):
            await workflow.finds_two(task, user)

    assert (await workflow.case(new)).person_id == "budi"


async def test_who_took_in_an_application_that_is_named_does_not_undo(workflow: Workflow) -> None:
    new = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(new)
    by = dict.fromkeys(("create", "accept_documents"), "gita")
    since = await workflow.brings_documents(by, type=RENEWAL, person_id="budi")

    with pytest.raises(OwnCase):
        await workflow.finds_two(await merge_of(workflow, new), "gita", since)


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


async def test_what_is_no_merge_is_not_undone(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified(BUDI)
    (task,) = await workflow.tasks()
    await is_linked(workflow, "budi")

    for unknown in ("nothing", task.id):
        with pytest.raises(MergeNotFound):
            await workflow.finds_two(unknown, "gita")

    assert (await workflow.case(id)).person_id == "budi"


async def test_a_merge_is_undone_once(workflow: Workflow) -> None:
    task = await is_undone(workflow, await renews_and_is_found_twice(workflow))

    with pytest.raises(MergeUndone):
        await workflow.finds_two(task, "gita")


async def test_the_later_merge_is_undone_first(workflow: Workflow) -> None:
    first = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(first)
    second = await workflow.applies(type=RENEWAL, person_id="budi")
    await workflow.is_identified(BUDI, Candidate("citra", 10.0))
    await is_linked(workflow, "citra")
    task, later = await merge_of(workflow, first), await merge_of(workflow, second)

    with pytest.raises(MergedSince) as refusal:
        await workflow.finds_two(task, "gita")
    await is_undone(workflow, second)
    between = [(await workflow.case(id)).person_id for id in (first, second)]
    await is_undone(workflow, first)

    assert refusal.value.metadata == {"task_id": later}
    assert between == ["budi", "budi"]
    assert [(await workflow.case(id)).person_id for id in (first, second)] == ["ani", "budi"]


async def test_a_third_person_who_became_the_same_since_is_another_one_first(
    workflow: Workflow,
) -> None:
    of_budi, of_citra = [await has_passport(workflow, person) for person in ("budi", "citra")]
    first = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(first)
    second = await workflow.applies(type=RENEWAL, person_id="citra")
    await workflow.is_identified(Candidate("citra", 11.0), BUDI)
    await is_linked(workflow, "budi")
    task, later = await merge_of(workflow, first), await merge_of(workflow, second)
    ((item, _),) = await workflow.open_items()
    await workflow.settles(item, ResolutionReason.BOOK_DESTROYED, HADI)

    with pytest.raises(MergedSince) as refusal:
        await workflow.finds_two(task, "gita")
    await is_undone(workflow, second)
    await is_undone(workflow, first)

    assert refusal.value.metadata == {"task_id": later}
    assert await workflow.documents("citra") == [(of_citra, "valid")]
    # It was destroyed, whichever merge is undone.
    assert await workflow.documents("budi") == [(of_budi, "revoked")]


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


def test_each_refusal_has_a_name_of_its_own() -> None:
    refusals: list[type[DomainError]] = [MergeNotFound, MergeUndone, MergedSince, NotSinceMerge]

    assert [each.reason for each in refusals] == [
        "MERGE_NOT_FOUND", "MERGE_UNDONE", "MERGED_SINCE", "NOT_SINCE_MERGE",
    ]  # fmt: skip
