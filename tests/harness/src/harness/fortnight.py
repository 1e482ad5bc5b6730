"""The fortnight of Banjarmasin, day by day on the business clock."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from harness.country import Country
from harness.demo_facts import Facts, Kill, NoticeText, ScheduleRow
from harness.machine_breakdown import MachineBreakdown
from harness.office import Office
from harness.progress import Progress
from harness.roles.examiners import Examined
from harness.world.names import day_of
from harness.world.population import World
from harness.world.seeds import stream

ZONE = ZoneInfo("Asia/Makassar")
FIRST_DAY, OUTAGE_ENDS, LAST_DAY = date(2018, 10, 26), date(2018, 10, 31), date(2018, 11, 9)
PRINTING_RESUMED = date(2018, 11, 5)
BOOKS_A_DAY = 162


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """Return an instant given in the office's local time."""
    return datetime.combine(day, time(hour, minute), ZONE)


class Fortnight:
    """Runs the office through the fortnight and records what happened."""

    def __init__(
        self, office: Office, world: World, seed: int, progress: Progress, facts: Facts
    ) -> None:
        self._office, self._world, self._progress, self._facts = office, world, progress, facts
        self._power_cut = PowerCut(office.country, seed, progress, facts)
        self._breakdown = MachineBreakdown(office.country, progress)
        self.examined: list[Examined] = []

    async def run(self) -> None:
        """Run from the morning of the outage to the second Friday after it."""
        for day in _working_days(FIRST_DAY, LAST_DAY):
            self._progress.say(f"{day:%A} {day.day} {day:%B} 2018")
            if day == FIRST_DAY:
                await self._matcher_fails(day)
            await self._print(day)
            await self._counter_hours(day)
            await self._hand_over(day)
            if day == OUTAGE_ENDS:
                await self._matcher_returns(day)
            if day >= OUTAGE_ENDS:
                await self._decide()
            if day == OUTAGE_ENDS:
                await self._what_was_announced()

    async def _matcher_fails(self, day: date) -> None:
        self._office.country.set_clock(moment(day, 7, 30))
        cause = await self._office.matcher_fails()
        self._progress.say(f"    the matcher is down; the watcher opens an outage: {cause}")

    async def _matcher_returns(self, day: date) -> None:
        self._office.country.set_clock(moment(day, 18))
        seconds = await self._office.matcher_returns()
        self._progress.say(
            f"    18:00: the matcher is started, serves after {seconds:.1f} s, the outage is over"
        )

    async def _print(self, day: date) -> None:
        """Print the day's books, which the plan releases at opening time."""
        self._office.country.set_clock(moment(day, 7, 45))
        approved = (await self._office.administrator.applications()).get("approved", 0)
        self._office.country.set_clock(moment(day, 8))
        if books := min(approved, BOOKS_A_DAY):
            with self._progress.counting("printed and read", books, "books") as count:
                await self._office.print(books, count.add, self._what_breaks)

    async def _what_breaks(self) -> None:
        await self._power_cut()
        await self._breakdown()

    async def _counter_hours(self, day: date) -> None:
        if arrivals := self._world.applicants.get(day):
            self._office.country.set_clock(moment(day, 8, 30))
            with self._progress.counting("taken in", len(arrivals), "applications") as count:
                await self._office.take_in(arrivals, moment(day, 13, 30), count.add)

    async def _hand_over(self, day: date) -> None:
        self._office.country.set_clock(moment(day, 14))
        if handed_over := await self._office.hand_over(day):
            self._progress.say(f"    14:00: {len(handed_over)} passports handed over")

    async def _decide(self) -> None:
        """Have candidates adjudicated and identified applications approved."""
        if waiting := await self._office.waiting_for_matcher():
            with self._progress.counting("identified", waiting, "people") as count:
                self._facts.recaptured += await self._office.drain(count.add)
        examined, approved = await self._office.decide()
        self.examined += examined
        if examined or approved:
            confirmed = sum(one.confirmed for one in examined)
            self._progress.say(
                f"    examiners: {confirmed} second identities confirmed, "
                f"{len(examined) - confirmed} false alarms cleared; {approved} approved"
            )

    async def _what_was_announced(self) -> None:
        """Simulate the plan with printing resumed on the day on which it did in 2018."""
        to_come = {
            day: sum(not one.planted for one in arrivals)
            for day, arrivals in self._world.applicants.items()
            if day > OUTAGE_ENDS
        }
        plan = await self._office.supervisor.simulate_plan(
            printing_resumes=PRINTING_RESUMED, arrivals=to_come
        )
        self._facts.as_it_was = [
            ScheduleRow(day_of(row.applied_on), day_of(row.collect_on), row.count)
            for row in plan.rows
        ]
        now = self._office.country.now
        self._facts.announcement = NoticeText(now, plan.text.id, plan.text.en)


class PowerCut:
    """Kills the printer service once a number of books, chosen by the seed, is printed."""

    def __init__(self, country: Country, seed: int, progress: Progress, facts: Facts) -> None:
        self._country, self._progress, self._facts = country, progress, facts
        self._fatal = stream(seed, "kill the printer").randint(30, 130)
        self._happened = False

    async def __call__(self) -> None:
        """Kill the service if that many books are printed and it has not happened yet."""
        printed = sum(len(output.printed()) for output in self._country.machine_outputs)
        if self._happened or printed < self._fatal:
            return
        self._happened = True
        away = await self._country.kill_and_restart("printer")
        self._facts.kills.append(Kill("printer", f"printing, after {printed} books", away))
        self._progress.say(
            f"    kill -9 of the printer service after {printed} books; serves after {away:.1f} s"
        )


def _working_days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() < 5:
            yield day
