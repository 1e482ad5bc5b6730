"""Which merges of persons the matcher is still asked for: those that a task in the outbox names."""

from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.person_merge import PersonMerge, decode_merges
from issuance.store.records import Records


async def is_asked(
    records: Records, merge: PersonMerge, kind: OutboxTaskKind, *, refused: bool
) -> bool:
    """Return whether a task of this kind that is not done names the merge.

    refused: also one that is not attempted any more. Another merge by the same application says
    nothing of this one.
    """
    payload = await records.outbox.payload(merge.case, kind, refused=refused)
    return payload is not None and merge.id in decode_merges(payload)
