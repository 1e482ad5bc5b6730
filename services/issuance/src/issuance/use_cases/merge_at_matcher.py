"""Outbox task MERGE_PERSONS: two persons who are one become one at the matcher too."""

from collections.abc import Collection

from servicekit.process.failpoint import failpoint

from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.person_merge import PersonMerge, decode_merges
from issuance.store.records import Records, Store
from issuance.use_cases.merges_at_matcher import is_asked
from issuance.use_cases.no_restore_meanwhile import require_no_restore_since
from issuance.use_cases.ports import NotYet, PersonMerger


class MergeAtMatcher:
    """Does one task: all encounters of the one person become the other's."""

    def __init__(self, store: Store, matcher: PersonMerger) -> None:
        self._store = store
        self._matcher = matcher

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable, WorkRefused, NotYet.

        Whoever was merged into somebody who is another person at the matcher becomes that one at
        once: the matcher does not know the one in between any more.
        """
        async with self._store.read() as records:
            await _require_encounter_moved(records, task.case)
            restores = await records.enrolments.restores()
            ids = decode_merges(task.payload)
            merges = await records.person_merges.of_ids(ids)
            for merge in merges:
                await _require_earlier_made(records, merge, ids)
                await _require_earlier_undone(records, merge)
            now = {
                each.id: await records.person_merges.at_matcher(each.into_person) for each in merges
            }
            case = await records.cases.get(task.case)
        failpoint("merge_at_matcher.before_call")
        made = {
            merge.id: await self._matcher.merge_persons(
                f"{task.request_id}-{nth}",
                merge.from_person,
                now[merge.id],
                case.appeal_granted_by,
            )
            for nth, merge in enumerate(merges)
        }
        failpoint("merge_at_matcher.after_call")
        async with self._store.begin() as records:
            await require_no_restore_since(records, restores)
            if await records.outbox.complete(task):
                for id, matcher_merge in made.items():
                    await records.person_merges.record_made(id, matcher_merge)
            failpoint("merge_at_matcher.before_commit")
        failpoint("merge_at_matcher.after_commit")


async def _require_earlier_made(
    records: Records, merge: PersonMerge, together: Collection[str]
) -> None:
    """Raise NotYet while an earlier merge that moves encounters to, or from, its person is to be
    made: an attempt of it may have been made, and is repeated in the same words.

    together: ids of the merges of this task, which are made in their order.
    """
    for earlier in await records.person_merges.unmade_before(merge):
        waits = earlier.id not in together
        if waits and await is_asked(records, earlier, OutboxTaskKind.MERGE_PERSONS, refused=False):
            raise NotYet("an earlier merge is still to be made")


async def _require_earlier_undone(records: Records, merge: PersonMerge) -> None:
    """Raise NotYet while an earlier merge of these persons is still to be undone."""
    persons = {merge.from_person, merge.into_person}
    for undone in await records.person_merges.undone_of(persons):
        if await is_asked(records, undone, OutboxTaskKind.UNDO_MERGE, refused=False):
            raise NotYet("an earlier merge is still to be undone")


async def _require_encounter_moved(records: Records, case: str) -> None:
    """Raise NotYet while the encounter of the case is still to be moved to the one person.

    It may be the only one that this person has by then, whom the matcher would not know before.
    """
    if await records.outbox.is_attempted(case, OutboxTaskKind.SET_ENCOUNTER_STATUS):
        raise NotYet("the encounter of the application is still to be moved")
