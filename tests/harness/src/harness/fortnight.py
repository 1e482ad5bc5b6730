"""The fortnight of Banjarmasin, day by day on the business clock."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from passport.issuance.v1 import applications_pb2 as applications

from harness.calls import together, until
from harness.casebook import Casebook
from harness.country import Country
from harness.facts import Facts, NoticeText, Row
from harness.people import OFFICERS
from harness.printing import PrintRoom
from harness.progress import Progress
from harness.roles.administrator import Administrator
from harness.roles.counter import Counter
from harness.roles.examiners import Examined, Examiners
from harness.roles.files import applications as files
from harness.roles.supervisor import Supervisor
from harness.world.names import day_of
from harness.world.population import World

ZONE = ZoneInfo("Asia/Makassar")
FIRST_DAY, OUTAGE_ENDS, LAST_DAY = date(2018, 10, 26), date(2018, 10, 31), date(2018, 11, 9)
PRINTING_RESUMED = date(2018, 11, 5)
BOOKS_A_DAY = 162
_AT_ONCE = 16
_WITHIN_SECONDS = 120.0


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant on the office's wall."""
    return datetime.combine(day, time(hour, minute), ZONE)


class Fortnight:
    """Plays everybody of the office, and writes down what happened."""

    def __init__(
        self, country: Country, world: World, seed: int, progress: Progress, facts: Facts
    ) -> None:
        people = country.people
        self._country, self._world, self._progress, self._facts = country, world, progress, facts
        self.casebook = Casebook(world.on_record)
        self.examined: list[Examined] = []
        self.print_room = PrintRoom(country, seed, progress)
        self._counter = Counter(people, seed)
        self._supervisor = Supervisor(people, seed)
        self._examiners = Examiners(people, seed, self.casebook.human)
        self._administrator = Administrator(people)
        self._files = people.channel("issuance", OFFICERS[0])

    async def run(self) -> None:
        """From the morning of the outage to the evening on which nobody waits any more."""
        for day in _working_days(FIRST_DAY, LAST_DAY):
            await self._day(day)

    async def _day(self, day: date) -> None:
        at_home = FIRST_DAY <= day <= OUTAGE_ENDS
        self._progress.say(f"{day:%A} {day.day} {day:%B} 2018")
        if day == FIRST_DAY:
            await self._matcher_fails(day)
        await self._morning_at_the_machines(day)
        await self._counter_hours(day)
        self._country.set_clock(moment(day, 14))
        await self._hand_over(day)
        if day == OUTAGE_ENDS:
            await self._matcher_returns(day)
        if not at_home or day == OUTAGE_ENDS:
            await self._decide()
        if day == OUTAGE_ENDS:
            await self._what_was_announced()

    async def _matcher_fails(self, day: date) -> None:
        self._country.set_clock(moment(day, 7, 30))
        await self._country.terminate("matcher")
        what = "the watcher opens an outage"
        opened = await until(self._outage_is_open, what=what, within=_WITHIN_SECONDS)
        self._progress.say(f"    the matcher is down; outage opened by the watcher: {opened}")

    async def _matcher_returns(self, day: date) -> None:
        self._country.set_clock(moment(day, 18))
        seconds = await self._country.restart("matcher")
        what = "the watcher ends the outage"
        await until(self._no_outage_is_open, what=what, within=_WITHIN_SECONDS)
        self._progress.say(f"    the matcher answers again, {seconds:.1f} s after its start")

    async def _morning_at_the_machines(self, day: date) -> None:
        self._country.set_clock(moment(day, 7, 45))
        approved = (await self._administrator.applications()).get("approved", 0)
        self._country.set_clock(moment(day, 8))
        if expected := min(approved, BOOKS_A_DAY):
            await self.print_room.print(expected, approved, self._administrator)

    async def _counter_hours(self, day: date) -> None:
        comers = self._world.applicants.get(day, ())
        if not comers:
            return
        with self._progress.counting("taken in", len(comers), "applications") as count:
            self._country.set_clock(moment(day, 8, 15))
            cases = await together(
                _AT_ONCE, [partial(self._counter.take_in, comer) for comer in comers]
            )
            # One after the other: the order of completion is the order of the queue.
            step = timedelta(hours=5) / len(cases)
            for place, case in enumerate(cases):
                self.casebook.add(case)
                self._country.set_clock(moment(day, 8, 30) + place * step)
                await self._counter.interview(case)
                count.add()

    async def _decide(self) -> None:
        """Whom the matcher named is examined; who is identified is approved."""
        await self._drain()
        self._minutes_later(10)
        examined = await self._examiners.decide_all()
        self.examined += examined
        self._minutes_later(10)
        approved = await self._supervisor.approve_all()
        confirmed = sum(one.confirmed for one in examined)
        self._progress.say(
            f"    examiners: {len(examined)} tasks, {confirmed} duplicates confirmed, "
            f"{len(examined) - confirmed} cleared; approved: {approved}"
        )

    async def _drain(self) -> None:
        """Until nobody waits for the matcher; fingers it cannot use are taken again."""
        waiting = await self._waiting_for_matcher()
        with self._progress.counting("identified", waiting, "people") as count:
            while waiting > count.done:
                left = await until(
                    partial(self._fewer_than, waiting - count.done),
                    what="the matcher identifies people",
                    within=_WITHIN_SECONDS,
                )
                count.add(waiting - count.done - left)
        again = await files(self._files, applications.APPLICATION_STATE_PAID)
        for application in again:
            await self._counter.take_again(self.casebook.cases[application.application_id])
        if again:
            self._facts.recaptured += len(again)
            await self._drain()

    async def _fewer_than(self, number: int) -> int | None:
        left = await self._waiting_for_matcher()
        return left if left < number else None

    async def _waiting_for_matcher(self) -> int:
        return (await self._administrator.applications()).get("identifying", 0)

    async def _what_was_announced(self) -> None:
        """The plan over what the database holds now, had printing resumed when it did."""
        to_come = {
            day: sum(not one.planted for one in comers)
            for day, comers in self._world.applicants.items()
            if day > OUTAGE_ENDS
        }
        plan = await self._supervisor.what_if(printing_resumes=PRINTING_RESUMED, arrivals=to_come)
        self._facts.as_it_was = [
            Row(day_of(row.applied), day_of(row.collect), row.count) for row in plan.rows
        ]
        self._facts.announcement = NoticeText(self._country.now, plan.text.id, plan.text.en)

    async def _hand_over(self, day: date) -> None:
        ready = await files(self._files, applications.APPLICATION_STATE_READY)
        today = [one for one in ready if day_of(one.promised_on) <= day]
        cases = [self.casebook.cases[one.application_id] for one in today]
        await together(_AT_ONCE, [partial(self._counter.hand_over, case) for case in cases])
        if cases:
            self._progress.say(f"    handed over: {len(cases)} passports")

    async def _outage_is_open(self) -> str | None:
        outages = await self._administrator.outages(lasting=True)
        return outages[0].cause if outages else None

    async def _no_outage_is_open(self) -> bool:
        return not await self._administrator.outages(lasting=True)

    def _minutes_later(self, minutes: int) -> None:
        self._country.set_clock(self._country.now + timedelta(minutes=minutes))


def _working_days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() < 5:
            yield day
