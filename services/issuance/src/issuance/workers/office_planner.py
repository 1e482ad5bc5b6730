"""When the plan of an office is made again: after a change there, or when time brings one."""

import hashlib
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime

import structlog
from servicekit.process.clock import Clock

from issuance.domain.office import Office
from issuance.domain.outage import Outage
from issuance.store.records import Store
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.office_directory import OfficeDirectory

_log = structlog.get_logger(__name__)

Lock = Callable[[int], AbstractAsyncContextManager[bool]]
_PlanInputs = tuple[Office, int, date, bool, bool, int]


class OfficePlanner:
    """Plans for each office whose inputs changed since this process last planned for it.

    A failure at one office does not stop the others, and is retried at the next call.
    lock: over all replicas; only one of them plans for an office at a time.
    """

    def __init__(
        self,
        offices: OfficeDirectory,
        store: Store,
        lock: Lock,
        notify_and_release: NotifyAndRelease,
        clock: Clock,
    ) -> None:
        self._offices = offices
        self._lock = lock
        self._store = store
        self._notify_and_release = notify_and_release
        self._clock = clock
        self._planned: dict[str, _PlanInputs] = {}

    async def __call__(self) -> None:
        """Check every office once."""
        now = self._clock.now()
        async with self._store.read() as records:
            await self._offices.refresh(records)
            change_counts = await records.plans.change_counts()
            ongoing = (await records.outages.ongoing()).values()
        for office in self._offices.values():
            if office.is_removed:
                continue
            inputs = _plan_inputs(office, change_counts[office.id], ongoing, now)
            if self._planned.get(office.id) != inputs:
                await self._plan(office, inputs, now)

    async def _plan(self, office: Office, inputs: _PlanInputs, now: datetime) -> None:
        try:
            async with self._lock(_lock_key(office)) as acquired:
                if acquired:
                    await self._notify_and_release(office, now)
                    self._planned[office.id] = inputs
        except Exception:
            _log.exception("plan_failed", office=office.id)


def _lock_key(office: Office) -> int:
    digest = hashlib.sha256(f"plan {office.id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _plan_inputs(
    office: Office, change_count: int, ongoing: Collection[Outage], now: datetime
) -> _PlanInputs:
    """Return what a plan depends on: as long as it is equal, the plan is the same.

    The office and its calendar, recorded changes, the day, whether the office has opened and has
    closed, and how many expected ends of outages have passed and how many outages have become too
    long to be caught up.
    """
    today = office.calendar.day_of(now)
    opened = now >= office.calendar.opening(today)
    closed = now >= office.calendar.closing(today)
    ends = [outage.expected_end for outage in ongoing]
    passed = sum(end is not None and end <= now for end in ends)
    passed += sum(
        outage.affects(office.id) and outage.costs_printing_days(office.calendar, now)
        for outage in ongoing
    )
    return office, change_count, today, opened, closed, passed
