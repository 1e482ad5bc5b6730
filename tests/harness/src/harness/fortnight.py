"""The fortnight of Banjarmasin, day by day on the business clock."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from harness.country import Country
from harness.facts import Facts, Kill, NoticeText, Row
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
    """An instant on the office's wall."""
    return datetime.combine(day, time(hour, minute), ZONE)


class Fortnight:
    """Lets the office live through it, and writes down what happened."""

    def __init__(
        self, office: Office, world: World, seed: int, progress: Progress, facts: Facts
    ) -> None:
        self._office, self._world, self._progress, self._facts = office, world, progress, facts
        self._power_cut = PowerCut(office.country, seed, progress, facts)
        self.examined: list[Examined] = []

    async def run(self) -> None:
        """From the morning of the outage until the second Friday after it."""
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
        """The day's books, as the plan releases them at the hour of opening."""
        self._office.country.set_clock(moment(day, 7, 45))
        approved = (await self._office.administrator.applications()).get("approved", 0)
        self._office.country.set_clock(moment(day, 8))
        if books := min(approved, BOOKS_A_DAY):
            with self._progress.counting("printed and read", books, "books") as count:
                await self._office.print(books, count.add, self._power_cut)

    async def _counter_hours(self, day: date) -> None:
        if comers := self._world.applicants.get(day):
            self._office.country.set_clock(moment(day, 8, 30))
            with self._progress.counting("taken in", len(comers), "applications") as count:
                await self._office.take_in(comers, moment(day, 13, 30), count.add)

    async def _hand_over(self, day: date) -> None:
        self._office.country.set_clock(moment(day, 14))
        if handed_over := await self._office.hand_over(day):
            self._progress.say(f"    14:00: {len(handed_over)} passports handed over")

    async def _decide(self) -> None:
        """Whom the matcher named is examined; who is identified is approved."""
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
        """The plan over what the database holds now, had printing resumed when it did."""
        to_come = {
            day: sum(not one.planted for one in comers)
            for day, comers in self._world.applicants.items()
            if day > OUTAGE_ENDS
        }
        plan = await self._office.supervisor.what_if(
            printing_resumes=PRINTING_RESUMED, arrivals=to_come
        )
        self._facts.as_it_was = [
            Row(day_of(row.applied_on), day_of(row.collect_on), row.count) for row in plan.rows
        ]
        now = self._office.country.now
        self._facts.announcement = NoticeText(now, plan.text.id, plan.text.en)


class PowerCut:
    """Cuts the printer service off when machines have printed a number of books, by the seed."""

    def __init__(self, country: Country, seed: int, progress: Progress, facts: Facts) -> None:
        self._country, self._progress, self._facts = country, progress, facts
        self._fatal = stream(seed, "kill the printer").randint(30, 130)
        self._happened = False

    async def __call__(self) -> None:
        """Look whether the moment has come."""
        printed = sum(len(tray.printed()) for tray in self._country.trays)
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
