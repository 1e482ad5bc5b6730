"""Keeps every office's plan in force."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime

import structlog
from servicekit.process.clock import Clock

from issuance.domain.office import Office
from issuance.domain.outage import Outage
from issuance.use_cases.promises import Promises
from issuance.use_cases.records import Transactions

_log = structlog.get_logger(__name__)

Lock = Callable[[int], AbstractAsyncContextManager[bool]]
_Reasons = tuple[int, date, bool, int]


class Planner:
    """Plans an office anew when something happened there, or when time brings a change.

    What goes wrong at one office keeps no other from its plan, and is tried again.
    lock: over all replicas; only one of them plans for an office at a time.
    """

    def __init__(
        self,
        offices: Mapping[str, Office],
        transactions: Transactions,
        lock: Lock,
        keep: Promises,
        clock: Clock,
    ) -> None:
        self._offices = offices
        self._lock = lock
        self._transactions = transactions
        self._keep = keep
        self._clock = clock
        self._planned: dict[str, _Reasons] = {}

    async def __call__(self) -> None:
        """Look at every office once."""
        now = self._clock.now()
        async with self._transactions.read() as records:
            changes = await records.plans.changes()
            lasting = (await records.outages.lasting()).values()
        for office in self._offices.values():
            reasons = _reasons(office, changes[office.id], lasting, now)
            if self._planned.get(office.id) != reasons:
                await self._plan(office, reasons, now)

    async def _plan(self, office: Office, reasons: _Reasons, now: datetime) -> None:
        try:
            async with self._lock(_key(office)) as ours:
                if ours:
                    await self._keep(office, now)
                    self._planned[office.id] = reasons
        except Exception:
            _log.exception("plan_failed", office=office.id)


def _key(office: Office) -> int:
    digest = hashlib.sha256(f"plan {office.id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _reasons(office: Office, changes: int, lasting: Collection[Outage], now: datetime) -> _Reasons:
    """What a plan depends on beside the database's content; as long as it is equal, so is it."""
    today = office.calendar.day_of(now)
    opened = now >= office.calendar.opening(today)
    expected = [outage.expected_end for outage in lasting]
    passed = sum(end is not None and end <= now for end in expected)
    return changes, today, opened, passed
