"""A small town for tests: a country with few people, whose days pass by one call each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count

from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1 import schedule_pb2

from harness import audit
from harness.calls import together, until
from harness.country import Country
from harness.facts import Check, Facts
from harness.fortnight import ZONE
from harness.office import Office, Tell, nobody
from harness.roles.counter import Case
from harness.roles.examiners import Examined
from harness.roles.registry import Registry
from harness.world.names import day_of
from harness.world.population import Applicant, Human, applicant, deceiver, somebody

READY = pb.APPLICATION_STATE_READY
FIRST_MONDAY = date(2018, 9, 17)
"""Nine weeks without a holiday begin here."""
BEGINNING = datetime.combine(FIRST_MONDAY - timedelta(days=3), time(12), ZONE)
_AT_ONCE = 8
_WITHIN_SECONDS = 30.0
_PRINT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as a test looks at it: its kind without prefix, the day it names if any."""

    kind: str
    collect_on: date | None


class Town:
    """An office and its people; every test begins on a Monday morning of its own."""

    def __init__(self, country: Country, seed: int) -> None:
        self.country = country
        self._seed = seed
        self._names = count(1)
        self._registry = Registry(country.people, seed)
        self.office = Office(country, seed, [])

    @property
    def today(self) -> date:
        """The day on the office's wall."""
        return self.country.now.astimezone(ZONE).date()

    def clock(self, day: date, hour: int, minute: int = 0) -> None:
        """Move the business clock to an hour of a day."""
        self.country.set_clock(datetime.combine(day, time(hour, minute), ZONE))

    def next_monday(self) -> date:
        """Eight o'clock on the next Monday."""
        day = self.today + timedelta(days=7 - self.today.weekday())
        self.clock(day, 8)
        return day

    def stranger(self) -> Applicant:
        """Somebody who has never been on record."""
        return applicant(somebody(self._seed, f"person-{next(self._names)}"), self.today)

    async def somebody_on_record(self) -> Human:
        """Somebody whose fingers are in the matcher."""
        human = somebody(self._seed, f"person-{next(self._names)}", on_record=True)
        await self._registry.enrol(human)
        self.office.casebook.know(human)
        return human

    def renewing(self, human: Human) -> Applicant:
        """Somebody on record who renews."""
        return applicant(human, self.today)

    def deceiving(self, human: Human) -> Applicant:
        """Somebody on record who applies under another name."""
        return deceiver(self._seed, human, self.today)

    async def apply(self, *comers: Applicant) -> list[Case]:
        """They bring papers, pay, give their fingers and are interviewed, within an hour."""
        return await self.office.take_in(comers, self.country.now + timedelta(hours=1))

    async def decide(self) -> list[Examined]:
        """All are identified, examined where needed, and approved."""
        await self.office.drain()
        examined, _ = await self.office.decide()
        return examined

    async def print(self, *cases: Case, tell: Tell = nobody) -> None:
        """Until all their passports lie ready; the operator reads every book in hand."""
        waiting = set(range(len(cases)))

        async def ready() -> bool:
            await self.office.operator.attend()
            done = {n for n in waiting if (await self.file(cases[n])).state == READY}
            waiting.difference_update(done)
            tell(len(done))
            return not waiting

        await until(ready, what="the passports are ready", within=_PRINT_SECONDS)

    async def collect(self, *cases: Case) -> list[pb.Application]:
        """They come and sign for their passports."""
        return await together(_AT_ONCE, [partial(self.office.counter.hand_over, c) for c in cases])

    async def file(self, case: Case) -> pb.Application:
        """The application as it stands."""
        return await self.office.counter.look_up(case)

    async def told(self, case: Case) -> list[Told]:
        """What somebody was told, oldest first."""
        notices = await self.office.administrator.notices(case.application_id)
        return [
            Told(
                schedule_pb2.NoticeKind.Name(notice.kind).removeprefix("NOTICE_KIND_"),
                day_of(notice.collect_on) if notice.HasField("collect_on") else None,
            )
            for notice in notices
        ]

    async def has_been_told(self, case: Case, kind: str) -> None:
        """Wait until somebody is told something of this kind."""

        async def told() -> bool:
            return any(notice.kind == kind for notice in await self.told(case))

        await until(told, what=f"{kind} is told", within=_WITHIN_SECONDS)

    async def failed_checks(self) -> Sequence[Check]:
        """What the service's books and the machines' ledgers disagree about."""
        evidence = await audit.gather(self.office, [], ZONE)
        facts = Facts(seed=self._seed, began=self.country.now)
        checks = [*audit.books(evidence, facts), *audit.notices(evidence)]
        return [check for check in checks if not check.holds]
