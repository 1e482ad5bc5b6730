"""What follows from the plan of an office: notices to applicants, and releases to the printer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from servicekit.process.failpoint import failpoint

from issuance.domain.case import ISSUANCE
from issuance.domain.due_notices import CollectionDates, due_notices
from issuance.domain.formatting import LocalizedText
from issuance.domain.notices import QUEUE_CHANGED, SYSTEM_OUTAGE, Notice
from issuance.domain.office import Office
from issuance.domain.states import IDENTITY_UNRESOLVED, ApplicationEvent
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.plan_office import OfficePlan, plan_office

NOTICES_PER_TRANSACTION = 100
RELEASES_PER_TRANSACTION = 25
"""Transactions are small, so that calls from the counter do not wait long for them."""


@dataclass(frozen=True, slots=True)
class DueActions:
    """What a plan demands now: notices to send, and cases to release, in order.

    Valid as long as the change count of the office is the same. reason: why the plan changed.
    """

    change_count: int
    notices: Sequence[Notice]
    reason: LocalizedText
    releases: Sequence[str]


class NotifyAndRelease:
    """Carries out the plan of an office, a few cases in each transaction.

    After a crash, or a change by another process, the next plan finds what is left to do.
    """

    def __init__(self, store: Store, apply_transition: ApplyTransition) -> None:
        self._store = store
        self._apply_transition = apply_transition

    async def __call__(self, office: Office, now: datetime) -> None:
        """Plan, notify everybody whose collection date changed, release what is printed today."""
        async with self._store.read() as records:
            actions = await _due_actions(records, office, now)
        await self._notify(office, actions, now)
        await self._release(office, actions, now)

    async def _notify(self, office: Office, actions: DueActions, now: datetime) -> None:
        for first in range(0, len(actions.notices), NOTICES_PER_TRANSACTION):
            async with self._store.begin() as records:
                due = actions.notices[first : first + NOTICES_PER_TRANSACTION]
                valid = await records.cases.change_collection_dates(due, actions.reason)
                await records.notices.add(office.id, valid, now)
                failpoint("notices.before_commit")
            failpoint("notices.after_commit")
        async with self._store.begin() as records:
            await records.plans.set_notified_at(office.id, now)
            failpoint("plan.before_commit")
        failpoint("plan.after_commit")

    async def _release(self, office: Office, actions: DueActions, now: datetime) -> None:
        today = office.calendar.day_of(now)
        while actions.releases:
            async with self._store.begin() as records:
                if await _change_count(records, office) != actions.change_count:
                    actions = await _due_actions(records, office, now)
                for case_id in actions.releases[:RELEASES_PER_TRANSACTION]:
                    case = (await records.cases.get(case_id)).released(today)
                    await self._apply_transition(
                        records, case, ApplicationEvent.RELEASE, ISSUANCE, now
                    )
                failpoint("release.before_commit")
            failpoint("release.after_commit")
            actions = replace(actions, releases=actions.releases[RELEASES_PER_TRANSACTION:])


async def _due_actions(records: Records, office: Office, now: datetime) -> DueActions:
    plan = await plan_office(records, office, now)
    reason = await _reason_of_change(records, plan, now)
    since = await records.plans.notified_at(office.id)
    return DueActions(
        change_count=await _change_count(records, office),
        notices=await asyncio.to_thread(_notices, plan, since, now, reason),
        reason=reason,
        releases=plan.due_for_release() if now >= office.calendar.opening(plan.today) else (),
    )


async def _change_count(records: Records, office: Office) -> int:
    return (await records.plans.change_counts())[office.id]


def _notices(
    plan: OfficePlan, since: datetime, now: datetime, reason: LocalizedText
) -> list[Notice]:
    planned = plan.collection_dates()
    queue = [
        CollectionDates(
            application=case.waiting.id,
            promised=case.promised,
            planned=planned[case.waiting.id],
            identity_unresolved=case.state in IDENTITY_UNRESOLVED,
            delay_notified=case.delayed,
        )
        for case in plan.queue
    ]
    return due_notices(queue, plan.office.collection, since, now, reason)


async def _reason_of_change(records: Records, plan: OfficePlan, now: datetime) -> LocalizedText:
    """Return the outage if one overlaps the time in which these cases wait, else the queue."""
    waiting_since = min((case.completed_at for case in plan.queue), default=now)
    outages = await records.outages.affecting(plan.office.id)
    if any(outage.ended is None or outage.ended > waiting_since for outage in outages):
        return SYSTEM_OUTAGE
    return QUEUE_CHANGED
