"""Two examiners who had no part in it undo a merge, once, and the latest one first."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import (
    ExaminedBefore,
    OwnCase,
    SecondExaminerRequired,
)
from issuance.domain.merge_undoing import MergedSince, MergeNotFound, MergeUndone, NotSinceMerge
from issuance.domain.open_item import ResolutionReason
from servicekit.errors import DomainError

from .merging import (
    BUDI,
    RENEWAL,
    has_passport,
    is_linked,
    is_undone,
    merge_of,
    renews_and_is_found_twice,
)
from .people import identity
from .workflow import Workflow

HADI = identity("hadi", "supervisor")


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


def test_each_refusal_has_a_name_of_its_own() -> None:
    refusals: list[type[DomainError]] = [MergeNotFound, MergeUndone, MergedSince, NotSinceMerge]

    assert [each.reason for each in refusals] == [
        "MERGE_NOT_FOUND", "MERGE_UNDONE", "MERGED_SINCE", "NOT_SINCE_MERGE",
    ]  # fmt: skip
