"""Everybody who works at an office, and the deeds a day is made of."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from passport.issuance.v1 import applications_pb2 as pb

from harness.calls import together, until
from harness.casebook import Casebook
from harness.country import Country
from harness.people import OFFICERS
from harness.roles.administrator import Administrator
from harness.roles.counter import Case, Counter
from harness.roles.examiners import Examined, Examiners
from harness.roles.files import applications
from harness.roles.operator import Operator
from harness.roles.supervisor import Supervisor
from harness.world.names import day_of
from harness.world.population import Applicant, Human

BOOKS, PREFIX = 800, "X"
_AT_ONCE = 16
_MOST_TAKES = 8
_WITHIN_SECONDS = 120.0
_GLANCE_SECONDS = 0.1

Tell = Callable[[int], None]
"""Called with how many more are done."""
Meanwhile = Callable[[], Awaitable[None]]
"""Done again and again while work goes on."""


def nobody(_: int) -> None:
    """Tells nobody."""


async def nothing() -> None:
    """Does nothing."""


class Office:
    """The people of an office and those they need elsewhere; ids and order follow the seed."""

    def __init__(self, country: Country, seed: int, on_record: Sequence[Human]) -> None:
        people = country.people
        self.country = country
        self.casebook = Casebook(on_record)
        self.administrator = Administrator(people)
        self.counter = Counter(people, seed)
        self.supervisor = Supervisor(people, seed)
        self.examiners = Examiners(people, seed, self.casebook.human)
        self.operator = Operator(people, seed, country.trays)
        self._channel = people.channel("issuance", OFFICERS[0])

    async def open_print_room(self) -> None:
        """Make the machines known and fill them with books."""
        for machine_id, address in self.country.machines.items():
            await self.operator.register(machine_id, f"ipp://{address}/ipp/print")
        await self.operator.fill(PREFIX, BOOKS)

    async def take_in(
        self, comers: Sequence[Applicant], until_time: datetime, tell: Tell = nobody
    ) -> list[Case]:
        """Papers, fee and fingers of all, many at a time; then interviews until a time of day.

        The order of completion is that of the comers, whatever happens at the same time.
        """
        cases = await together(_AT_ONCE, [partial(self.counter.take_in, one) for one in comers])
        began, step = self.country.now, (until_time - self.country.now) / len(cases)
        for place, case in enumerate(cases, start=1):
            self.casebook.add(case)
            self.country.set_clock(began + place * step)
            await self.counter.interview(case)
            tell(1)
        return cases

    async def drain(self, tell: Tell = nobody) -> int:
        """Until nobody waits for the matcher.

        Fingers it cannot use are taken again; returns how often. Who has no better ones stays.
        """
        taken_again = 0
        for _ in range(_MOST_TAKES):
            await self._all_identified(tell)
            unusable = await self.files(pb.APPLICATION_STATE_PAID)
            for application in unusable:
                await self.counter.take_again(self.casebook.cases[application.application_id])
            taken_again += len(unusable)
            if not unusable:
                break
        return taken_again

    async def decide(self) -> tuple[list[Examined], int]:
        """Ten minutes later examiners decide, then the supervisor; how many were approved."""
        self.minutes_later(10)
        examined = await self.examiners.decide_all()
        self.minutes_later(10)
        return examined, await self.supervisor.approve_all()

    async def print(
        self, expected: int, tell: Tell = nobody, meanwhile: Meanwhile = nothing
    ) -> None:
        """Until so many passports more lie ready; the operator reads every book in hand."""
        before = done = await self._passports()

        async def progress() -> bool:
            nonlocal done
            await self.operator.attend()
            await meanwhile()
            now = await self._passports()
            tell(now - done)
            done = now
            return done - before >= expected

        what = f"{expected} passports are ready"
        await until(progress, what=what, within=_WITHIN_SECONDS, every=_GLANCE_SECONDS)

    async def hand_over(self, day: date) -> list[Case]:
        """Give out what is ready and promised for the day or before it."""
        ready = await self.files(pb.APPLICATION_STATE_READY)
        today = [one for one in ready if day_of(one.promised_collection_date) <= day]
        cases = [self.casebook.cases[one.application_id] for one in today]
        await together(_AT_ONCE, [partial(self.counter.hand_over, case) for case in cases])
        return cases

    async def matcher_fails(self) -> str:
        """The matcher goes down; the cause that the watcher wrote into the outage it opened."""
        await self.country.terminate("matcher")
        return await until(
            self._outage_cause, what="the watcher opens an outage", within=_WITHIN_SECONDS
        )

    async def matcher_returns(self) -> float:
        """The matcher is started and the watcher believes it; seconds until it served."""
        seconds = await self.country.restart("matcher")
        await until(self._no_outage, what="the watcher ends the outage", within=_WITHIN_SECONDS)
        return seconds

    async def files(
        self, state: "pb.ApplicationState.ValueType" = pb.APPLICATION_STATE_UNSPECIFIED
    ) -> list[pb.Application]:
        """The office's applications in a state, or all."""
        return await applications(self._channel, state)

    async def waiting_for_matcher(self) -> int:
        """How many people are complete and not identified."""
        return (await self.administrator.applications()).get("identifying", 0)

    def minutes_later(self, minutes: int) -> None:
        """Move the business clock on."""
        self.country.set_clock(self.country.now + timedelta(minutes=minutes))

    async def _passports(self) -> int:
        states = await self.administrator.applications()
        return states.get("ready", 0) + states.get("handed_over", 0)

    async def _all_identified(self, tell: Tell) -> None:
        waiting = await self.waiting_for_matcher()
        while waiting:
            left = await until(
                partial(self._fewer_than, waiting),
                what="the matcher identifies people",
                within=_WITHIN_SECONDS,
            )
            tell(waiting - left)
            waiting = left

    async def _fewer_than(self, number: int) -> int | None:
        left = await self.waiting_for_matcher()
        return left if left < number else None

    async def _outage_cause(self) -> str | None:
        outages = await self.administrator.outages(lasting=True)
        return outages[0].cause if outages else None

    async def _no_outage(self) -> bool:
        return not await self.administrator.outages(lasting=True)
