"""Outbox task SET_ENCOUNTER_STATUS: make a pending encounter at the matcher active, or fraud."""

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.outbox import OutboxTask
from issuance.store.records import Store
from issuance.use_cases.no_restore_meanwhile import require_no_restore_since
from issuance.use_cases.ports import Matcher


class SetEncounterStatus:
    """Does one task: sets the status that its payload names."""

    def __init__(self, store: Store, matcher: Matcher, clock: Clock) -> None:
        self._store = store
        self._matcher = matcher
        self._clock = clock

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable, NotYet."""
        async with self._store.read() as records:
            restores = await records.enrolments.restores()
        failpoint("set_encounter_status.before_call")
        await self._matcher.set_encounter_status(task)
        failpoint("set_encounter_status.after_call")
        async with self._store.begin() as records:
            await require_no_restore_since(records, restores)
            if await records.outbox.complete(task):
                await records.enrolments.acknowledge_change(task.case, self._clock.now())
            failpoint("set_encounter_status.before_commit")
        failpoint("set_encounter_status.after_commit")
