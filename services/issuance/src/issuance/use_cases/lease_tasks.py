"""Which outbox tasks are attempted next: leased in rotation by office, within each one's slots."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from issuance.domain.office_rotation import OfficeRotation
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.records import Records
from issuance.use_cases.office_slots import OfficeSlots


class LeaseTasks:
    """Leases due tasks of one kind to this replica, each for the time of a lease."""

    def __init__(self, kind: OutboxTaskKind, slots: OfficeSlots, lease: timedelta) -> None:
        self._kind = kind
        self._slots = slots
        self._lease = lease
        self._rotation = OfficeRotation()

    async def __call__(self, records: Records, limit: int, now: datetime) -> list[OutboxTask]:
        """Lease up to `limit` tasks: by priority class, then in rotation by office.

        now: real time.
        """
        leased: list[OutboxTask] = []
        while len(leased) < limit:
            another_round = await self._round(records, limit - len(leased), now)
            if not another_round:
                break
            leased += another_round
        return leased

    async def _round(self, records: Records, limit: int, now: datetime) -> Collection[OutboxTask]:
        """Lease at most one task of each office."""
        due = await records.outbox.next_of_each_office(self._kind, now)
        if not due:
            return ()
        free = await self._slots.free(records, [task.office for task in due], now)
        chosen = self._rotation.choose((task for task in due if free.get(task.office)), limit)
        return await self._leased([task.id for task in chosen], records, now)

    async def _leased(
        self, ids: Sequence[str], records: Records, now: datetime
    ) -> Collection[OutboxTask]:
        return await records.outbox.lease(ids, now, now + self._lease) if ids else ()
