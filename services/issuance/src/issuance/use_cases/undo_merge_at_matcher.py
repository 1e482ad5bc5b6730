"""Outbox task UNDO_MERGE: two persons who were made one are two at the matcher too."""

from servicekit.process.failpoint import failpoint

from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.person_merge import PersonMerge, decode_merges
from issuance.store.records import Records, Store
from issuance.use_cases.merges_at_matcher import is_asked
from issuance.use_cases.no_restore_meanwhile import require_no_restore_since
from issuance.use_cases.ports import NotYet, PersonMerger


class UndoMergeAtMatcher:
    """Does one task: the encounters that a merge moved become those of the former person."""

    def __init__(self, store: Store, matcher: PersonMerger) -> None:
        self._store = store
        self._matcher = matcher

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable, WorkRefused, NotYet."""
        async with self._store.read() as records:
            merges = await records.person_merges.of_ids(decode_merges(task.payload))
            for merge in merges:
                await _require_settled(records, merge)
            restores = await records.enrolments.restores()
            case = await records.cases.get(task.case)
        failpoint("undo_merge_at_matcher.before_call")
        for nth, merge in enumerate(merges):
            if merge.matcher_merge:
                await self._matcher.undo_merge(
                    f"{task.request_id}-{nth}", merge.matcher_merge, case.appeal_granted_by
                )
        failpoint("undo_merge_at_matcher.after_call")
        async with self._store.begin() as records:
            await require_no_restore_since(records, restores)
            await records.outbox.complete(task)
            failpoint("undo_merge_at_matcher.before_commit")
        failpoint("undo_merge_at_matcher.after_commit")


async def _require_settled(records: Records, merge: PersonMerge) -> None:
    """Raise NotYet while the matcher is still to make the merge, or somebody to settle that.

    It may be made by an attempt whose answer is lost, and is undone by the id of that answer.
    """
    kind = OutboxTaskKind.MERGE_PERSONS
    if not merge.made and await is_asked(records, merge, kind, refused=True):
        raise NotYet("the merge is still to be made")
