"""The plan of an office over what is in the database, as it is or under assumptions."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from issuance.domain.activity import Activity
from issuance.domain.collection_plan import (
    HORIZON,
    CollectionPlan,
    PlannedCollection,
    WaitingCase,
    first_collection,
    plan_collections,
    printed_today,
)
from issuance.domain.collection_schedule import ScheduleRow, collection_schedule
from issuance.domain.office import Office
from issuance.domain.outage import Outage
from issuance.domain.print_room import PrintRoom
from issuance.domain.states import AWAITING_PRINT, ApplicationState
from issuance.store.queue_records import QueuedCase
from issuance.store.records import Records
from issuance.use_cases.plan_conditions import (
    AS_RECORDED,
    PlanAssumptions,
    PlanConditions,
    plan_conditions,
)


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
    lasts, however short. identified_from: first day on which those are identified who wait for it;
    `date.max` if nobody knows.
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
    identified_from: date

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
        printed_on = self.today if case.state is ApplicationState.BOOK_HELD else self.printing_on
        if printed_on is None or case.state is ApplicationState.PRINT_FAILED:
            return None
        due_on = _collectable(case, self.identified_from).due_on
        return first_collection(printed_on, due_on, self.room.calendar)


async def plan_office(
    records: Records,
    office: Office,
    now: datetime,
    assumptions: PlanAssumptions = AS_RECORDED,
) -> OfficePlan:
    """Plan for an office. Costs one pass over the cases that wait there."""
    conditions = await plan_conditions(records, office, now, assumptions)
    queue = await records.queue.of_office(office.id, conditions.printable_from)
    waiting = [
        _collectable(case, conditions.identified_from)
        for case in queue
        if case.state in AWAITING_PRINT
    ]
    # In a thread, so that calls are answered meanwhile.
    collections = await asyncio.to_thread(
        plan_collections,
        [*waiting, *conditions.arrivals],
        conditions.room,
        conditions.first_day,
        conditions.released_on_first_day,
    )
    return OfficePlan(
        office=office,
        today=conditions.today,
        room=conditions.room,
        queue=queue,
        collections=collections,
        printing_on=conditions.printing_on(),
        released_today=conditions.released_today,
        end_unknown=conditions.end_unknown,
        outages=_moving_dates(conditions, queue),
        release_stopped=conditions.release_stopped,
        identified_from=conditions.identified_from,
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


def _collectable(case: QueuedCase, identified_from: date) -> WaitingCase:
    """Return a case, not to be collected before an identification that is due."""
    if not case.identification_due:
        return case.waiting
    return case.waiting.not_collected_before(identified_from)


def _moving_dates(conditions: PlanConditions, queue: Sequence[QueuedCase]) -> Sequence[Outage]:
    """Return the outages that stop or stopped printing, or the identification of somebody here."""
    identifying = any(
        case.state is ApplicationState.IDENTIFYING or case.identification_due for case in queue
    )
    return [
        outage
        for outage in conditions.outages
        if outage.stops(Activity.PRINTING)
        or (outage.stops(Activity.IDENTIFICATION) and (identifying or not outage.is_ongoing))
    ]
