"""An answer of the matcher from before a restore of its database counts for nothing."""

from issuance.store.records import Records
from issuance.use_cases.ports import NotYet


async def require_no_restore_since(records: Records, restores: int) -> None:
    """Raise NotYet if a restore was noticed since there were so many: the task is repeated.

    A matcher that still has what was asked gives the same answer, another does it anew.
    """
    if await records.enrolments.restores() != restores:
        raise NotYet("the matcher was restored meanwhile")
