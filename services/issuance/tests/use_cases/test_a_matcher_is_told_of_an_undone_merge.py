"""What the matcher merged it gives back, whenever it answers, and in the right order."""

import pytest
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.open_item import ResolutionReason
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.use_cases.ports import NotYet, Unavailable
from issuance.use_cases.undo_merge_at_matcher import UndoMergeAtMatcher

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
from .remembering_matcher import RememberingMatcher
from .verifying import is_reopened_and_identified
from .workflow import Workflow

UNDO, MERGE = OutboxTaskKind.UNDO_MERGE, OutboxTaskKind.MERGE_PERSONS


async def _is_merged_and_undone(workflow: Workflow, matcher: MergingMatcher) -> str:
    id = await renews_and_is_found_twice(workflow)
    await merges(workflow, matcher)
    await is_undone(workflow, id)
    return id


async def _undoes(workflow: Workflow, matcher: MergingMatcher) -> None:
    for task in await workflow.leases(UNDO):
        await UndoMergeAtMatcher(workflow.store, matcher)(task)


async def _pending(workflow: Workflow, id: str) -> bool:
    async with workflow.store.read() as records:
        return await records.outbox.is_pending(id, UNDO)


async def test_once_it_answers(workflow: Workflow) -> None:
    matcher = MergingMatcher()
    id = await _is_merged_and_undone(workflow, matcher)
    (task,) = await workflow.leases(UNDO)
    attempt = UndoMergeAtMatcher(workflow.store, matcher)
    matcher.is_away = True

    with pytest.raises(Unavailable):
        await attempt(task)
    waits = await _pending(workflow, id)
    matcher.is_away = False
    await attempt(task)
    await attempt(task)  # by a worker that has lost its lease

    assert (waits, await _pending(workflow, id)) == (True, False)
    assert matcher.undone == [("merge of ani", f"{task.request_id}-0")] * 2


async def test_a_merge_that_it_has_not_made_is_made_before(workflow: Workflow) -> None:
    id, matcher = await renews_and_is_found_twice(workflow), MergingMatcher()
    await is_undone(workflow, id)
    (task,) = await workflow.leases(UNDO)
    attempt = UndoMergeAtMatcher(workflow.store, matcher)

    with pytest.raises(NotYet):
        await attempt(task)
    await merges(workflow, matcher)
    await attempt(task)

    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi")]
    assert [merge for merge, _ in matcher.undone] == ["merge of ani"]


async def test_where_nothing_was_to_be_moved_it_is_not_asked(workflow: Workflow) -> None:
    matcher = MergingMatcher(has_merged=True)
    id = await _is_merged_and_undone(workflow, matcher)

    await _undoes(workflow, matcher)

    assert (matcher.undone, await _pending(workflow, id)) == ([], False)


async def test_a_merge_that_it_refused_is_settled_before(workflow: Workflow) -> None:
    id, matcher = await renews_and_is_found_twice(workflow), MergingMatcher()
    await moves_encounters(workflow)
    (merge,) = await workflow.leases(MERGE)
    async with workflow.store.begin() as records:
        await records.stuck_work.refuse(merge, workflow.real_now, "SUPERVISOR_NEEDED: fraud")
    await is_undone(workflow, id)
    (task,) = await workflow.leases(UNDO)
    attempt = UndoMergeAtMatcher(workflow.store, matcher)
    ((item, _),) = await workflow.open_items()

    with pytest.raises(NotYet):
        await attempt(task)
    admin = identity("ani", "administrator")
    await workflow.settles(item, ResolutionReason.NOT_NEEDED, admin)
    await attempt(task)

    assert (matcher.asked, matcher.undone, await _pending(workflow, id)) == ([], [], False)


async def test_what_it_refuses_is_an_open_item(workflow: Workflow) -> None:
    await _is_merged_and_undone(workflow, MergingMatcher())
    (task,) = await workflow.leases(UNDO)
    async with workflow.store.begin() as records:
        await records.stuck_work.refuse(task, workflow.real_now, "SUPERVISOR_NEEDED: fraud")
    ((item, _),) = await workflow.open_items()

    await workflow.settles(item, ResolutionReason.DONE_BY_HAND, identity("ani", "administrator"))

    assert await workflow.open_items() == []


async def test_whoever_is_one_again_is_merged_after_it(workflow: Workflow) -> None:
    matcher = MergingMatcher()
    id = await _is_merged_and_undone(workflow, matcher)
    await workflow.withdraws(id)
    await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(ANI, BUDI)
    await is_linked(workflow, "budi")

    with pytest.raises(NotYet):
        await merges(workflow, matcher)
    before = len(matcher.asked)
    await _undoes(workflow, matcher)

    assert (before, len(matcher.undone)) == (1, 1)


async def test_fingers_given_again_after_an_appeal_are_moved_back(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    merged = await renews_and_is_found_twice(flow)
    await flow.withdraws(merged)
    since = await is_reopened_and_identified(flow, "ani", "budi")
    await flow.sets_statuses()

    await is_undone(flow, merged, since)

    moved = [(each.encounter_id, each.person_id) for each in await flow.encounter_changes(since)]
    assert moved == [(f"{since}.2", "ani")]


async def test_after_a_restore_it_is_undone_again(workflow: Workflow) -> None:
    matcher, remembering = MergingMatcher(), RememberingMatcher()
    id = await _is_merged_and_undone(workflow, matcher)
    await _undoes(workflow, matcher)
    await workflow.watches(remembering)
    remembering.has(id, EncounterStatus.ACTIVE, "ani")
    remembering.epoch += "'"

    await workflow.watches(remembering)
    await _undoes(workflow, matcher)

    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi")]
    assert [merge for merge, _ in matcher.undone] == ["merge of ani"] * 2
    assert len({request for _, request in matcher.undone}) == 2
