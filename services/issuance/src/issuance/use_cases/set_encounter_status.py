"""Outbox task SET_ENCOUNTER_STATUS: make a pending encounter at the matcher active, or fraud."""

from servicekit.process.failpoint import failpoint

from issuance.domain.outbox import OutboxTask
from issuance.store.records import Store
from issuance.use_cases.ports import Matcher


class SetEncounterStatus:
    """Does one task: sets the status that its payload names."""

    def __init__(self, store: Store, matcher: Matcher) -> None:
        self._store = store
        self._matcher = matcher

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable."""
        failpoint("set_encounter_status.before_call")
        await self._matcher.set_encounter_status(task)
        failpoint("set_encounter_status.after_call")
        async with self._store.begin() as records:
            await records.outbox.complete(task)
            failpoint("set_encounter_status.before_commit")
        failpoint("set_encounter_status.after_commit")
