"""The plan of an office over what is in the database, as it is or under assumptions."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from issuance.domain.collection_plan import (
    HORIZON,
    CollectionPlan,
    PlannedCollection,
    WaitingCase,
    plan_collections,
)
from issuance.domain.collection_schedule import ScheduleRow, collection_schedule
from issuance.domain.office import Office, print_capacity
from issuance.domain.outage import Outage, OutageScope, stoppages
from issuance.domain.print_room import Capacity, PrintRoom, Stoppage
from issuance.domain.states import AWAITING_PRINT, ApplicationState
from issuance.store.case_records import QueuedCase
from issuance.store.records import Records


@dataclass(frozen=True, slots=True)
class PlanAssumptions:
    """What a simulated plan assumes in place of what is recorded; None changes nothing.

    printing_resumes: first printing day. machines: number from today on. arrivals: cases that are
    still to come.
    """

    printing_resumes: date | None = None
    machines: int | None = None
    arrivals: tuple[WaitingCase, ...] = ()


AS_RECORDED = PlanAssumptions()
LONGEST_CAUGHT_UP_OUTAGE = timedelta(hours=2)
"""An ended outage of at most so much working time costs no printing day: machines catch up."""


@dataclass(frozen=True, slots=True)
class OfficePlan:
    """The plan of an office.

    room: the print room that was planned with. queue: all complete cases without a book, in order
    of completion. collections: the plan of those not yet released to the printer. printing_on: the
    next day on which the machines print, for those already released; None if unknown.
    """

    office: Office
    today: date
    room: PrintRoom
    queue: Sequence[QueuedCase]
    collections: CollectionPlan
    printing_on: date | None

    def collection_dates(self) -> Mapping[str, date | None]:
        """Return the collection date of each case in the queue; None if unknown."""
        dates = self.collections.collection_dates()
        for case in self.queue:
            if case.state is ApplicationState.PRINTING:
                dates[case.waiting.id] = self._collection_of_released(case.waiting)
        return dates

    def due_for_release(self) -> Sequence[str]:
        """Return the approved cases whose printing day is today, in order."""
        approved = {
            case.waiting.id for case in self.queue if case.state is ApplicationState.APPROVED
        }
        return [
            entry.id
            for entry in self.collections.entries
            if entry.prints_on == self.today and entry.id in approved
        ]

    def printing_from(self) -> date | None:
        """Return the next day on which books are printed; None if unknown."""
        return self.room.first_day(self.today, self.today + HORIZON)

    def schedule(self, ready: Iterable[ScheduleRow]) -> list[ScheduleRow]:
        """Return the collection schedule. ready: rows of the passports that are ready."""
        released = [
            PlannedCollection(
                case.waiting.id,
                case.waiting.applied_on,
                None,
                self._collection_of_released(case.waiting),
            )
            for case in self.queue
            if case.state is ApplicationState.PRINTING
        ]
        printed = [
            PlannedCollection("", row.applied_on, row.applied_on, row.collect_on, row.count)
            for row in ready
        ]
        return collection_schedule([*self.collections.entries, *released, *printed])

    def _collection_of_released(self, waiting: WaitingCase) -> date | None:
        if self.printing_on is None:
            return None
        return self.room.calendar.on_or_after(max(self.printing_on, waiting.due_on))


async def plan_office(
    records: Records,
    office: Office,
    now: datetime,
    assumptions: PlanAssumptions = AS_RECORDED,
) -> OfficePlan:
    """Plan for an office. Costs one pass over the cases that wait there."""
    today = office.calendar.day_of(now)
    queue = await records.cases.queue(office.id)
    outages = [
        outage
        for outage in await records.outages.affecting(office.id)
        if _costs_printing_days(outage, office)
    ]
    capacity = await _capacity(records, office, today, assumptions)
    stops = _resuming(assumptions.printing_resumes, stoppages(outages, office.id, now), now)
    room = PrintRoom(office.calendar, capacity, stops)
    # What is at the printer already does not wait for the matcher.
    local = [outage for outage in outages if outage.scope is not OutageScope.MATCHER]
    printer_room = replace(room, stoppages=stoppages(local, office.id, now))
    waiting = [case.waiting for case in queue if case.state in AWAITING_PRINT]
    released = await records.cases.count_released(office.id, today)
    # In a thread, so that calls are answered meanwhile.
    collections = await asyncio.to_thread(
        plan_collections, [*waiting, *assumptions.arrivals], room, today, released
    )
    printing_on = printer_room.first_day(today, today + HORIZON)
    return OfficePlan(office, today, room, queue, collections, printing_on)


def _costs_printing_days(outage: Outage, office: Office) -> bool:
    if outage.ended is None:
        return True
    lost = office.calendar.working_time(outage.began, outage.ended)
    return lost > LONGEST_CAUGHT_UP_OUTAGE


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
