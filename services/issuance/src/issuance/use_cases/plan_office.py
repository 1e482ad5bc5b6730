"""The plan of an office over what is in the database, as it is or under assumptions."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from issuance.domain.collection_plan import (
    HORIZON,
    CollectionPlan,
    PlannedCollection,
    WaitingCase,
    plan_collections,
    printed_today,
)
from issuance.domain.collection_schedule import ScheduleRow, collection_schedule
from issuance.domain.office import Office, print_capacity
from issuance.domain.outage import Outage, stoppages
from issuance.domain.outage_policy import Activity, OutagePolicy
from issuance.domain.print_room import Capacity, PrintRoom, Stoppage
from issuance.domain.states import AWAITING_PRINT, UNDECIDED, ApplicationState
from issuance.domain.working_time import DAY
from issuance.store.case_records import QueuedCase
from issuance.store.records import Records


@dataclass(frozen=True, slots=True)
class PlanAssumptions:
    """What a simulated plan assumes in place of what is recorded; None changes nothing.

    printing_resumes: first printing day. machines: number from today on. arrivals: cases that are
    still to come. unknown_ends_now: outages whose end nobody knows end now. taken_up_again: id of
    a case that has a book or is refused, and waits again in its own place; empty: none.
    """

    printing_resumes: date | None = None
    machines: int | None = None
    arrivals: tuple[WaitingCase, ...] = ()
    unknown_ends_now: bool = False
    taken_up_again: str = ""


AS_RECORDED = PlanAssumptions()


@dataclass(frozen=True, slots=True)
class OfficePlan:
    """The plan of an office.

    room: the print room that was planned with. queue: all complete cases without a book, in order
    of completion. collections: the plan of those not yet released to the printer. printing_on: the
    next day on which the machines print, for those already released; None if unknown.
    released_today: books of today's capacity that are already used. end_unknown: whether an outage
    that costs printing days lasts, and nobody knows when it ends. outages: those that cost
    printing days and stop or stopped printing, or the identification of somebody in the queue.
    release_stopped: whether the office has closed for today, or an outage that stops printing
    lasts, however short.
    """

    office: Office
    today: date
    room: PrintRoom
    queue: Sequence[QueuedCase]
    collections: CollectionPlan
    printing_on: date | None
    released_today: int
    end_unknown: bool
    outages: Sequence[Outage]
    release_stopped: bool

    def collection_dates(self) -> Mapping[str, date | None]:
        """Return the collection date of each case in the queue; None if unknown."""
        dates = self.collections.collection_dates()
        for case in self.queue:
            if case.state not in AWAITING_PRINT:
                dates[case.waiting.id] = self._collection_of_released(case)
        return dates

    def due_for_release(self) -> Sequence[str]:
        """Return the approved cases that the rest of today's capacity prints, in order.

        Whoever is not approved yet keeps no book from those behind. After an outage that cost the
        day, that is the share of it in which the machines could print.
        """
        if self.release_stopped:
            return ()
        approved = [case.waiting for case in self.queue if case.state is ApplicationState.APPROVED]
        room = self.room.resumed_on(self.today)
        return printed_today(approved, room, self.today, self.released_today)

    def printing_from(self) -> date | None:
        """Return the next day on which books of those who wait are printed; None if unknown."""
        if not self.collections.entries:
            return self.room.first_day(self.today, self.today + HORIZON)
        days = [entry.prints_on for entry in self.collections.entries if entry.prints_on]
        return min(days, default=None)

    def schedule(
        self,
        ready: Iterable[ScheduleRow],
        if_ended_now: Mapping[str, date | None] = MappingProxyType({}),
    ) -> list[ScheduleRow]:
        """Return the collection schedule.

        ready: rows of the passports that are ready. if_ended_now: collection dates if the outages
        whose end nobody knows ended now; empty if there are none.
        """
        released = [
            PlannedCollection(
                case.waiting.id,
                case.waiting.applied_on,
                None,
                self._collection_of_released(case),
            )
            for case in self.queue
            if case.state not in AWAITING_PRINT
        ]
        printed = [
            PlannedCollection("", row.applied_on, row.applied_on, row.collect_on, row.count)
            for row in ready
        ]
        waiting = [
            entry._replace(if_ended_now=if_ended_now.get(entry.id))
            if if_ended_now and entry.collect_on is None
            else entry
            for entry in [*self.collections.entries, *released]
        ]
        return collection_schedule([*waiting, *printed])

    def _collection_of_released(self, case: QueuedCase) -> date | None:
        if self.printing_on is None or case.state is ApplicationState.PRINT_FAILED:
            return None
        return self.room.calendar.on_or_after(max(self.printing_on, case.waiting.due_on))


async def plan_office(
    records: Records,
    office: Office,
    now: datetime,
    assumptions: PlanAssumptions = AS_RECORDED,
) -> OfficePlan:
    """Plan for an office. Costs one pass over the cases that wait there."""
    today = office.calendar.day_of(now)
    # Who is not approved when the office opens gets no book on that day.
    opened = now >= office.calendar.opening(today)
    queue = await records.cases.queue(
        office.id,
        undecided_from=today + DAY if opened else today,
        taken_up_again=assumptions.taken_up_again,
    )
    known = await records.outages.affecting(office.id)
    outages = [outage for outage in known if outage.costs_printing_days(office.calendar, now)]
    policy = records.outages.policy
    stopping = [outage for outage in outages if policy.stops(outage, Activity.PRINTING)]
    stops = _stoppages(stopping, office, now, assumptions)
    room = PrintRoom(
        office.calendar,
        await _capacity(records, office, today, assumptions),
        _resuming(assumptions.printing_resumes, stops, now),
    )
    # What is at the printer already does not wait for the matcher.
    local = [outage for outage in stopping if outage.only_office is not None]
    printer_room = replace(room, stoppages=_stoppages(local, office, now, assumptions))
    approved_from, identified_from = (
        _possible_from(
            [each for each in outages if each.is_ongoing and policy.stops(each, activity)],
            office, now, assumptions,
        )
        for activity in (Activity.APPROVAL, Activity.IDENTIFICATION)
    )  # fmt: skip
    identified_from = max(identified_from, approved_from)
    earliest = dict.fromkeys(UNDECIDED, approved_from) | {
        ApplicationState.IDENTIFYING: identified_from
    }
    waiting = [
        case.waiting.not_before(earliest[case.state]) if case.state in earliest else case.waiting
        for case in queue
        if case.state in AWAITING_PRINT
    ]
    arrivals = [case.not_before(identified_from) for case in assumptions.arrivals]
    released = await records.cases.count_released(office.id, today)
    # What the machines could have made of today is lost when the office closes.
    closed = now >= office.calendar.closing(today)
    first = today + DAY if closed else today
    # In a thread, so that calls are answered meanwhile.
    collections = await asyncio.to_thread(
        plan_collections, [*waiting, *arrivals], room, first, 0 if closed else released
    )
    printing_on = printer_room.first_day(today, today + HORIZON)
    return OfficePlan(
        office=office,
        today=today,
        room=room,
        queue=queue,
        collections=collections,
        printing_on=printing_on,
        released_today=released,
        end_unknown=any(outage.has_unknown_end(now) for outage in outages),
        outages=[
            outage
            for outage in outages
            if outage in stopping or _delays_identification(outage, policy, queue)
        ],
        release_stopped=closed
        or any(outage.is_ongoing and policy.stops(outage, Activity.PRINTING) for outage in known),
    )


async def dates_if_outages_ended_now(
    records: Records, plan: OfficePlan, now: datetime, assumptions: PlanAssumptions = AS_RECORDED
) -> Mapping[str, date | None]:
    """Return the collection dates if the outages whose end nobody knows ended now.

    Empty if there are none: the dates of the plan are firm then.
    """
    if not plan.end_unknown:
        return {}
    ended = replace(assumptions, unknown_ends_now=True)
    return (await plan_office(records, plan.office, now, ended)).collection_dates()


def _delays_identification(
    outage: Outage, policy: OutagePolicy, queue: Sequence[QueuedCase]
) -> bool:
    """Return whether an outage stopped identification, or stops that of somebody in the queue."""
    return policy.stops(outage, Activity.IDENTIFICATION) and (
        not outage.is_ongoing or any(case.state is ApplicationState.IDENTIFYING for case in queue)
    )


def _possible_from(
    outages: Iterable[Outage], office: Office, now: datetime, assumptions: PlanAssumptions
) -> date:
    """Return the first day on which those may be printed who wait for what outages stop.

    outages: those that last and stop their identification, or approval. `date.max` if nobody
    knows their end.
    """
    stops = _stoppages(outages, office, now, assumptions)
    if not stops:
        return date.min
    resuming = _resuming(assumptions.printing_resumes, stops, now)
    return max(stop.days_without_printing(office.calendar)[1] for stop in resuming)


def _stoppages(
    outages: Iterable[Outage], office: Office, now: datetime, assumptions: PlanAssumptions
) -> tuple[Stoppage, ...]:
    return stoppages(outages, office.id, now, unknown_ends_now=assumptions.unknown_ends_now)


def _resuming(
    printing_resumes: date | None, stops: tuple[Stoppage, ...], now: datetime
) -> tuple[Stoppage, ...]:
    """Return the stoppages, with all that have no certain end resuming on the assumed day."""
    if printing_resumes is None:
        return stops
    uncertain = [stop for stop in stops if stop.until is None or stop.estimated]
    over = [stop for stop in stops if stop not in uncertain]
    began = min((stop.began for stop in uncertain), default=now)
    return (*over, Stoppage(began, None, resumes=printing_resumes))


async def _capacity(
    records: Records, office: Office, today: date, assumptions: PlanAssumptions
) -> Capacity:
    changes = await records.plans.machines(office.id)
    if assumptions.machines is not None:
        # Earlier machines stay, since the fraction of a begun book is carried over from them.
        earlier = [change for change in changes if change.since < today]
        latest = [change for change in changes if change.since <= today][-1]
        changes = [*earlier, replace(latest, since=today, count=assumptions.machines)]
    return print_capacity(changes)
