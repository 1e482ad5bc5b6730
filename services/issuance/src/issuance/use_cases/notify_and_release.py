"""What follows from the plan of an office: notices to applicants, and releases to the printer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from servicekit.process.failpoint import failpoint

from issuance.domain import case_printing
from issuance.domain.actor import ISSUANCE
from issuance.domain.case import Case
from issuance.domain.due_notices import CollectionDates, due_notices
from issuance.domain.events import ApplicationEvent
from issuance.domain.formatting import LocalizedText
from issuance.domain.notices import QUEUE_CHANGED, SYSTEM_OUTAGE, Notice
from issuance.domain.office import Office
from issuance.domain.states import IDENTITY_UNRESOLVED, UNDECIDED, ApplicationState
from issuance.domain.validity import ValidityRule
from issuance.holder_names import holder_born_on
from issuance.store.queue_records import QueuedCase
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.plan_office import OfficePlan, plan_office
from issuance.use_cases.send_notices import send_notices
from issuance.use_cases.travel_bans import TravelBans

NOTICES_PER_TRANSACTION = 100
RELEASES_PER_TRANSACTION = 10
"""Transactions are small, so that calls from the counter do not wait long for them."""


PLANS_BEFORE_LOCKING = 3
"""How often in a row a plan may be outdated before one is made that nobody can outdate."""


@dataclass(frozen=True, slots=True)
class DueActions:
    """What a plan demands now: notices to send, and cases to release, in order.

    Valid as long as the change count of the office is the same. new_day: whether a working day has
    opened since notices were last sent.
    """

    change_count: int
    new_day: bool
    notices: Sequence[Notice]
    releases: Sequence[str]

    @property
    def are_left(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.notices or self.new_day or self.releases)


class PlanOutdated(Exception):
    """Something that may change the plan has happened since it was made."""


class NotifyAndRelease:
    """Carries out the plan of an office, a few cases in each transaction.

    Plans are made while others write. Only when plan after plan is outdated before it is carried
    out, the next is made in the transaction that carries it out. After a crash, or a change by
    another process, the next plan finds what is left to do.
    """

    def __init__(
        self,
        store: Store,
        apply_transition: ApplyTransition,
        validity: ValidityRule,
        travel_bans: TravelBans | None = None,
    ) -> None:
        self._store = store
        self._validity = validity
        self._apply_transition = apply_transition
        self._travel_bans = travel_bans or TravelBans(None, timedelta(), apply_transition)

    async def __call__(self, office: Office, now: datetime) -> None:
        """Plan, notify everybody whose collection date changed, release what is printed today."""
        outdated = 0
        actions = await self._plan(office, now)
        while actions.are_left:
            try:
                actions = await self._do_some(office, actions, now, outdated)
                outdated = 0
            except PlanOutdated:
                outdated += 1
                actions = await self._plan(office, now)

    async def _plan(self, office: Office, now: datetime) -> DueActions:
        async with self._store.read() as records:
            return await _due_actions(records, office, now)

    async def _do_some(
        self, office: Office, actions: DueActions, now: datetime, outdated: int
    ) -> DueActions:
        """Return what is left to do after one more transaction.

        outdated: how many plans in a row were. Raises PlanOutdated.
        """
        async with self._store.begin() as records:
            change_count, _ = await records.plans.progress(office.id)
            if change_count != actions.change_count:
                if outdated < PLANS_BEFORE_LOCKING:
                    raise PlanOutdated
                actions = await _due_actions(records, office, now)
            if actions.notices:
                left = await self._notify(records, office, actions, now)
            elif actions.new_day:
                left = await self._note_day(records, office, actions, now)
            else:
                left = await self._release(records, office, actions, now)
        failpoint("plan.after_commit")
        return left

    async def _notify(
        self, records: Records, office: Office, actions: DueActions, now: datetime
    ) -> DueActions:
        due = actions.notices[:NOTICES_PER_TRANSACTION]
        valid = await records.queue.change_collection_dates(due, now)
        await send_notices(records, office.id, valid, now)
        failpoint("notices.before_commit")
        return replace(actions, notices=actions.notices[NOTICES_PER_TRANSACTION:])

    async def _note_day(
        self, records: Records, office: Office, actions: DueActions, now: datetime
    ) -> DueActions:
        await records.plans.set_notified_at(office.id, now)
        failpoint("plan.before_commit")
        return replace(actions, new_day=False)

    async def _release(
        self, records: Records, office: Office, actions: DueActions, now: datetime
    ) -> DueActions:
        today = office.calendar.day_of(now)
        due = actions.releases[:RELEASES_PER_TRANSACTION]
        cases = {case.id: case for case in await records.cases.locked(due)}
        for case in [cases[id] for id in due]:
            # Whoever was withdrawn since the plan was compared is in no plan any more.
            if case.state is ApplicationState.APPROVED:
                await self._release_one(records, case, today, now)
        failpoint("release.before_commit")
        return replace(actions, releases=actions.releases[RELEASES_PER_TRANSACTION:])

    async def _release_one(self, records: Records, case: Case, today: date, now: datetime) -> None:
        # Written by a replica of a version that asked for no portrait; others must not wait for it.
        if case.portrait_accepted_at is None:
            await self._apply_transition(
                records, case, ApplicationEvent.REQUIRE_PORTRAIT, ISSUANCE, now
            )
            return
        if await records.enrolments.doubt(case.id):
            return  # once that is settled there is another plan
        held = await self._travel_bans.hold_if_banned(records, case, now)
        if held.is_held:
            return
        last_day = self._validity.last_day(
            holder_born_on(case.holder), today, married=case.married, emergency=case.emergency_days
        )
        released = case_printing.released(case, today, last_day)
        await self._apply_transition(records, released, ApplicationEvent.RELEASE, ISSUANCE, now)


async def _due_actions(records: Records, office: Office, now: datetime) -> DueActions:
    # Before the plan: what is committed while it is made is seen by the next comparison.
    change_count, since = await records.plans.progress(office.id)
    plan = await plan_office(records, office, now)
    reason = await _reason_of_change(records, plan, now)
    return DueActions(
        change_count=change_count,
        new_day=office.calendar.opened_between(since, now),
        notices=await asyncio.to_thread(_notices, plan, since, now, reason),
        releases=plan.due_for_release() if now >= office.calendar.opening(plan.today) else (),
    )


def _notices(
    plan: OfficePlan, since: datetime, now: datetime, reason: LocalizedText
) -> list[Notice]:
    planned = plan.collection_dates()
    queue = (
        CollectionDates(
            case.waiting.id,
            case.promised,
            _firm(planned[case.waiting.id], case, plan.today),
            identity_unresolved=case.state in IDENTITY_UNRESOLVED,
            undecided=case.state in UNDECIDED,
            delay_notified=case.delayed,
            change_notified_at=case.change_notified_at,
        )
        for case in plan.queue
    )
    return due_notices(queue, plan.office.collection, since, now, reason)


def _firm(planned: date | None, case: QueuedCase, today: date) -> date | None:
    """Return the planned day, or None for a book that should have been made by now."""
    overdue = case.state is ApplicationState.PRINTING and case.promised < today
    return None if overdue and planned == today else planned


async def _reason_of_change(records: Records, plan: OfficePlan, now: datetime) -> LocalizedText:
    """Return the outage if one that moves dates overlaps the time in which the cases wait.

    Otherwise the queue.
    """
    if any(outage.is_ongoing for outage in plan.outages):
        return SYSTEM_OUTAGE
    ends = [outage.ended for outage in plan.outages if outage.ended]
    if ends and max(ends) > (await records.queue.first_completed_at(plan.office.id) or now):
        return SYSTEM_OUTAGE
    return QUEUE_CHANGED
