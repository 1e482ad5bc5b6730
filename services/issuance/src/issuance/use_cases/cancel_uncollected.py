"""Who does not collect a passport is reminded, and then the passport is cancelled."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from servicekit.process.failpoint import failpoint

from issuance.domain import case_collection
from issuance.domain.actor import ISSUANCE
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.office import Office
from issuance.domain.outage import Outage
from issuance.domain.states import ApplicationState
from issuance.domain.uncollected import CollectionPolicy, is_over
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition

_SHORTEST_MONTH = timedelta(days=28)
_LOOK_BACK = timedelta(days=60)
"""Outages that ended before excuse nobody: the day that was told is at most some weeks ago."""


class CancelUncollected:
    """Reminds, and cancels, what is due; each application in a transaction of its own.

    now: business time. Repeated by another replica, or after a crash, it finds the step taken.
    """

    def __init__(
        self,
        store: Store,
        offices: Mapping[str, Office],
        apply_transition: ApplyTransition,
        policy: CollectionPolicy,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._offices = offices
        self._apply_transition = apply_transition
        self._policy = policy
        self._now = now

    async def __call__(self) -> None:
        """Look at all passports that have been ready for about as long as they are kept."""
        for office in self._offices.values():
            await self._look_at(office, self._now())

    async def _look_at(self, office: Office, now: datetime) -> None:
        since = now - self._policy.months * _SHORTEST_MONTH + self._policy.reminder
        today = office.calendar.day_of(now)
        async with self._store.read() as records:
            ready = await records.cases.ready_since(office.id, since)
            outages = await records.outages.overlapping(now - _LOOK_BACK, now, [office.id])
        for case in ready:
            if self._is_due(case, office, outages.values(), today):
                async with self._store.begin() as records:
                    locked = await records.cases.get(case.id)
                    if locked.state is ApplicationState.READY:
                        await self._take_step(records, locked, office, outages.values(), now)
                    failpoint("uncollected.before_commit")

    def _is_due(self, case: Case, office: Office, outages: Iterable[Outage], today: date) -> bool:
        calendar = office.calendar
        to_remind = self._policy.day_to_remind_of(case, calendar, today)
        return to_remind is not None or is_over(case, calendar, outages, today)

    async def _take_step(
        self,
        records: Records,
        case: Case,
        office: Office,
        outages: Iterable[Outage],
        now: datetime,
    ) -> None:
        today = office.calendar.day_of(now)
        until = self._policy.day_to_remind_of(case, office.calendar, today)
        if until is not None:
            await self._apply_transition(
                records,
                case_collection.reminded(case, until),
                ApplicationEvent.REMIND_COLLECTION,
                ISSUANCE,
                now,
            )
        elif is_over(case, office.calendar, outages, today):
            details = EventDetails(reason=f"not collected by {case.collect_until}")
            await self._apply_transition(
                records,
                replace(case, guardians=(), identification_due=False),
                ApplicationEvent.CANCEL_UNCOLLECTED,
                ISSUANCE,
                now,
                details,
            )
            await records.fingers.delete(case.id)
            await records.portraits.delete(case.id)
