"""Outbox task MERGE_PERSONS: two persons who are one become one at the matcher too."""

from servicekit.process.failpoint import failpoint

from issuance.domain.outbox import OutboxTask
from issuance.domain.person_merge import decode_merges
from issuance.store.records import Store
from issuance.use_cases.no_restore_meanwhile import require_no_restore_since
from issuance.use_cases.ports import PersonMerger


class MergeAtMatcher:
    """Does one task: all encounters of the one person become the other's."""

    def __init__(self, store: Store, matcher: PersonMerger) -> None:
        self._store = store
        self._matcher = matcher

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable, WorkRefused, NotYet."""
        async with self._store.read() as records:
            restores = await records.enrolments.restores()
            merges = await records.person_merges.of_ids(decode_merges(task.payload))
            case = await records.cases.get(task.case)
        failpoint("merge_at_matcher.before_call")
        made = {
            merge.id: await self._matcher.merge_persons(
                f"{task.request_id}-{nth}",
                merge.from_person,
                merge.into_person,
                case.appeal_granted_by,
            )
            for nth, merge in enumerate(merges)
        }
        failpoint("merge_at_matcher.after_call")
        async with self._store.begin() as records:
            await require_no_restore_since(records, restores)
            if await records.outbox.complete(task):
                for id, matcher_merge in made.items():
                    if matcher_merge:  # else it stands, under the id by which it was made
                        await records.person_merges.record_made(id, matcher_merge)
            failpoint("merge_at_matcher.before_commit")
        failpoint("merge_at_matcher.after_commit")
