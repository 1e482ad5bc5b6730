"""Of merges that build upon each other the matcher makes one after the other, each as decided."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.open_item import ResolutionReason
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.person_merge import MergePending
from issuance.domain.states import ApplicationState
from issuance.use_cases.merge_at_matcher import MergeAtMatcher
from issuance.use_cases.ports import NotYet, Unavailable

from .merging import (
    ANI,
    BUDI,
    RENEWAL,
    MergingMatcher,
    is_linked,
    is_undone,
    merges,
    moves_encounters,
    renews_and_is_found_twice,
)
from .people import identity
from .workflow import Workflow

MERGE = OutboxTaskKind.MERGE_PERSONS
CITRA = Candidate("citra", 10.0)


async def _is_merged(workflow: Workflow, person: str, into: str) -> OutboxTask:
    """Somebody renews, is found to be another one, and withdraws; return the matcher's task."""
    id = await workflow.applies(type=RENEWAL, person_id=person)
    await workflow.is_identified(Candidate(person, 11.0), Candidate(into, 10.0))
    await is_linked(workflow, into)
    await workflow.withdraws(id)
    await moves_encounters(workflow)
    return next(task for task in await workflow.leases(MERGE) if task.case == id)


async def _is_found_again(workflow: Workflow, id: str) -> None:
    """The fingerprints are taken again, and the matcher finds citra."""
    await workflow.retakes_biometrics(id, identity("dewi", "supervisor"))
    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)
    await workflow.is_identified(BUDI, CITRA)


async def _is_undone_and_both_are_merged_anew(
    workflow: Workflow, first: str
) -> tuple[OutboxTask, OutboxTask]:
    """Undo the merge by an application; another one merges ani, then the first one merges budi.

    Returns the matcher's tasks: of the other application, and of the first.
    """
    await is_undone(workflow, first)
    await workflow.refuses(first)
    second = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(second)
    await workflow.appeals(first)
    await _is_found_again(workflow, first)
    await is_linked(workflow, "citra", ("ivan", "joko"))
    await moves_encounters(workflow)
    tasks = {task.case: task for task in await workflow.leases(MERGE)}
    return tasks[second], tasks[first]


async def test_an_application_is_not_merged_again_before_its_first_merge_is_made(
    workflow: Workflow,
) -> None:
    id, matcher = await renews_and_is_found_twice(workflow), MergingMatcher()
    await _is_found_again(workflow, id)
    (task,) = await workflow.tasks()

    with pytest.raises(MergePending) as refusal:
        await is_linked(workflow, "citra", ("gita", "hana"))
    refused = await workflow.case(id)
    await merges(workflow, matcher)
    await is_linked(workflow, "citra", ("hana",))
    await merges(workflow, matcher)

    assert (refusal.value.reason, refused.person_id) == ("MERGE_PENDING", "budi")
    assert refused.state is ApplicationState.ADJUDICATION
    assert (await workflow.case(id)).person_id == "citra"
    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi"), ("budi", "citra")]
    assert await workflow.tasks() == [], task


async def test_a_merge_waits_for_the_one_that_it_builds_upon(workflow: Workflow) -> None:
    matcher = MergingMatcher()
    attempt = MergeAtMatcher(workflow.store, matcher)
    first = await _is_merged(workflow, "ani", "budi")
    second = await _is_merged(workflow, "budi", "citra")

    with pytest.raises(NotYet):
        await attempt(second)
    await attempt(first)
    await attempt(second)

    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi"), ("budi", "citra")]


async def test_a_lost_answer_is_asked_for_again_in_the_same_words(workflow: Workflow) -> None:
    matcher = MergingMatcher(loses_answers=True)
    attempt = MergeAtMatcher(workflow.store, matcher)
    first = await _is_merged(workflow, "ani", "budi")
    with pytest.raises(Unavailable):
        await attempt(first)
    await _is_merged(workflow, "budi", "citra")

    matcher.loses_answers = False
    await attempt(first)

    assert matcher.asked == [("ani", "budi", f"{first.request_id}-0")] * 2


async def test_a_merge_that_was_refused_holds_up_no_other(workflow: Workflow) -> None:
    matcher = MergingMatcher()
    attempt = MergeAtMatcher(workflow.store, matcher)
    first = await _is_merged(workflow, "ani", "budi")
    second = await _is_merged(workflow, "budi", "citra")
    async with workflow.store.begin() as records:
        await records.stuck_work.refuse(first, workflow.real_now, "SUPERVISOR_NEEDED: fraud")

    await attempt(second)
    await attempt(first)  # as somebody had it tried again

    assert [asked[:2] for asked in matcher.asked] == [("budi", "citra"), ("ani", "citra")]


async def test_whoever_is_merged_again_is_so_after_what_was_undone_before_it_was_made(
    workflow: Workflow,
) -> None:
    matcher = MergingMatcher()
    attempt = MergeAtMatcher(workflow.store, matcher)
    id = await renews_and_is_found_twice(workflow)
    await is_undone(workflow, id)
    await workflow.withdraws(id)
    again = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(ANI, CITRA)
    await is_linked(workflow, "citra")
    await moves_encounters(workflow)
    tasks = {task.case: task for task in await workflow.leases(MERGE)}

    with pytest.raises(NotYet):
        await attempt(tasks[again])
    await attempt(tasks[id])

    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi")]


async def test_what_moved_nothing_is_waited_for_by_no_other(workflow: Workflow) -> None:
    nothing, matcher = MergingMatcher(has_merged=True), MergingMatcher()
    first = await renews_and_is_found_twice(workflow)
    await merges(workflow, nothing)
    second, again = await _is_undone_and_both_are_merged_anew(workflow, first)
    attempt = MergeAtMatcher(workflow.store, matcher)

    with pytest.raises(NotYet):
        await attempt(again)
    await attempt(second)
    await attempt(again)

    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi"), ("budi", "citra")]


async def test_what_was_settled_by_a_person_is_waited_for_by_no_other(workflow: Workflow) -> None:
    matcher = MergingMatcher()
    first = await renews_and_is_found_twice(workflow)
    await moves_encounters(workflow)
    (task,) = await workflow.leases(MERGE)
    async with workflow.store.begin() as records:
        await records.stuck_work.refuse(task, workflow.real_now, "SUPERVISOR_NEEDED: fraud")
    ((item, _),) = await workflow.open_items()
    await workflow.settles(item, ResolutionReason.NOT_NEEDED, identity("ani", "administrator"))
    second, again = await _is_undone_and_both_are_merged_anew(workflow, first)
    attempt = MergeAtMatcher(workflow.store, matcher)

    await attempt(second)
    await attempt(again)

    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi"), ("budi", "citra")]


async def test_what_is_asked_after_a_restore_keeps_its_request(workflow: Workflow) -> None:
    first = await _is_merged(workflow, "ani", "budi")
    case = await workflow.case(first.case)
    async with workflow.store.begin() as records:
        (merge,) = await records.person_merges.all()
        await workflow.apply_transition.add_merge(records, case, merge.id)

    again = await workflow.task(first.case, MERGE)

    assert (again.payload, again.request_id) == (first.payload, first.request_id)
