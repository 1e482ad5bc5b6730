"""The plan of an office over what is in the database, now or under other circumstances."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from issuance.domain.office import Office, capacity
from issuance.domain.outage import Outage, Scope, stoppages
from issuance.domain.plan import HORIZON, Plan, Planned, Waiting, plan
from issuance.domain.print_room import Capacity, PrintRoom, Stoppage
from issuance.domain.schedule import Row, schedule
from issuance.domain.states import QUEUED, State
from issuance.use_cases.kept import InQueue
from issuance.use_cases.records import Records


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What-if: printing begins on a day, so many machines, people still to come."""

    resumes: date | None = None
    machines: int | None = None
    arrivals: tuple[Waiting, ...] = ()


CAUGHT_UP = timedelta(hours=2)
"""What a finished outage may cost of a working day without costing the day: machines catch up."""
AS_IT_IS = Circumstances()


@dataclass(frozen=True, slots=True)
class Outlook:
    """An office's plan: those to be printed, and the day for those at the machines already.

    `room` is the print room it was made for; `queue` all of them, in order of completion.
    """

    office: Office
    today: date
    room: PrintRoom
    queue: Sequence[InQueue]
    plan: Plan
    at_machines: date | None

    def collect_on(self) -> Mapping[str, date | None]:
        """The day of collection of everybody in the queue; None: nobody can say."""
        days = self.plan.collect_on()
        for case in self.queue:
            if case.state is State.PRINTING:
                days[case.waiting.id] = self._from_machines(case.waiting)
        return days

    def due_today(self) -> Sequence[str]:
        """Those approved whose turn at the machines is today, in order."""
        approved = {case.waiting.id for case in self.queue if case.state is State.APPROVED}
        return [
            entry.id
            for entry in self.plan.entries
            if entry.prints_on == self.today and entry.id in approved
        ]

    def printing_from(self) -> date | None:
        """The next day on which books are printed; None while nobody can say."""
        return self.room.first_day(self.today, self.today + HORIZON)

    def rows(self, ready: Iterable[Row]) -> list[Row]:
        """The collection schedule. ready: of those whose passport lies ready."""
        at_machines = [
            Planned(c.waiting.id, c.waiting.applied, None, self._from_machines(c.waiting))
            for c in self.queue
            if c.state is State.PRINTING
        ]
        done = [Planned("", row.applied, row.applied, row.collect, row.count) for row in ready]
        return schedule([*self.plan.entries, *at_machines, *done])

    def _from_machines(self, waiting: Waiting) -> date | None:
        if self.at_machines is None:
            return None
        return self.room.calendar.on_or_after(max(self.at_machines, waiting.promised))


async def outlook(
    records: Records,
    office: Office,
    now: datetime,
    circumstances: Circumstances = AS_IT_IS,
) -> Outlook:
    """Plan for an office. Costs one pass over those who wait there."""
    today = office.calendar.day_of(now)
    queue = await records.cases.queue(office.id)
    outages = [o for o in await records.outages.reaching(office.id) if _matters(o, office)]
    calendar, machines = office.calendar, await _capacity(records, office, today, circumstances)
    stops = _until(circumstances.resumes, stoppages(outages, office.id, now), now)
    room = PrintRoom(calendar, machines, stops)
    local = [outage for outage in outages if outage.scope is not Scope.MATCHER]
    shop = replace(room, stoppages=stoppages(local, office.id, now))
    waiting = [case.waiting for case in queue if case.state in QUEUED]
    released = await records.cases.released(office.id, today)
    coming = [*waiting, *circumstances.arrivals]
    planned = await asyncio.to_thread(plan, coming, room, today, released)  # calls go on meanwhile
    return Outlook(office, today, room, queue, planned, shop.first_day(today, today + HORIZON))


def _matters(outage: Outage, office: Office) -> bool:
    if outage.ended is None:
        return True
    return office.calendar.working_time(outage.began, outage.ended) > CAUGHT_UP


def _until(
    resumes: date | None, stops: tuple[Stoppage, ...], now: datetime
) -> tuple[Stoppage, ...]:
    if resumes is None:
        return stops
    lasting = [stop for stop in stops if stop.until is None or stop.estimated]
    over = [stop for stop in stops if stop not in lasting]
    began = min((stop.began for stop in lasting), default=now)
    return (*over, Stoppage(began, None, resumes=resumes))


async def _capacity(
    records: Records, office: Office, today: date, circumstances: Circumstances
) -> Capacity:
    changes = await records.plans.machines(office.id)
    if circumstances.machines is not None:
        # What is begun stays begun; from today on there are so many.
        kept = [change for change in changes if change.since < today]
        latest = [change for change in changes if change.since <= today][-1]
        changes = [*kept, replace(latest, since=today, count=circumstances.machines)]
    return capacity(changes)
