"""The staff of an office, and what they do in the course of a day."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from passport.issuance.v1 import applications_pb2 as pb

from harness.country import Country
from harness.ground_truth import GroundTruth
from harness.identities import OFFICERS
from harness.patient_calls import run_concurrently, wait_until
from harness.roles.administrator import Administrator
from harness.roles.application_list import applications
from harness.roles.counter import Case, Counter
from harness.roles.examiners import Examined, Examiners
from harness.roles.operator import Operator
from harness.roles.supervisor import Supervisor
from harness.world.names import day_of
from harness.world.population import Applicant, Human

BOOKS, PREFIX = 800, "X"
_CONCURRENT_CALLS = 16
_MAX_CAPTURES = 8
_WITHIN_SECONDS = 120.0
_POLL_SECONDS = 0.1

ReportProgress = Callable[[int], None]
"""Called with the number of pieces of work done since the last call."""
WhilePrinting = Callable[[], Awaitable[None]]
"""Called repeatedly while books are printed."""


def no_progress(_: int) -> None:
    """Report nothing."""


async def do_nothing() -> None:
    """Do nothing."""


class Office:
    """Staff of an office, with examiners and administrator. seed: of request ids and order."""

    def __init__(self, country: Country, seed: int, on_record: Sequence[Human]) -> None:
        clients = country.clients
        self.country = country
        self.ground_truth = GroundTruth(on_record)
        self.administrator = Administrator(clients)
        self.counter = Counter(clients, seed)
        self.supervisor = Supervisor(clients, seed)
        self.examiners = Examiners(clients, seed, self.ground_truth.human)
        self.operator = Operator(clients, seed, country.machine_outputs)
        self._channel = clients.channel("issuance", OFFICERS[0])

    async def open_print_room(self) -> None:
        """Register the machines and load them with books."""
        for machine_id, address in self.country.machines.items():
            await self.operator.register(machine_id, f"ipp://{address}/ipp/print")
        await self.operator.fill(PREFIX, BOOKS)

    async def take_in(
        self,
        arrivals: Sequence[Applicant],
        until_time: datetime,
        report_progress: ReportProgress = no_progress,
    ) -> list[Case]:
        """Take in all applicants concurrently, then interview one after the other until a time.

        Applications become complete in the order of `arrivals`.
        """
        cases = await run_concurrently(
            _CONCURRENT_CALLS, [partial(self.counter.take_in, one) for one in arrivals]
        )
        began, step = self.country.now, (until_time - self.country.now) / len(cases)
        for place, case in enumerate(cases, start=1):
            self.ground_truth.add(case)
            self.country.set_clock(began + place * step)
            await self.counter.interview(case)
            report_progress(1)
        return cases

    async def drain(self, report_progress: ReportProgress = no_progress) -> int:
        """Wait until no application waits for identification.

        Fingerprints that the matcher refuses are captured again; returns how often.
        """
        recaptures = 0
        for _ in range(_MAX_CAPTURES):
            await self._all_identified(report_progress)
            unusable = await self.files(pb.APPLICATION_STATE_PAID)
            for application in unusable:
                await self.counter.recapture(self.ground_truth.cases[application.application_id])
            recaptures += len(unusable)
            if not unusable:
                break
        return recaptures

    async def decide(self) -> tuple[list[Examined], int]:
        """Have examiners and the supervisor decide; return tasks and how many were approved."""
        self.minutes_later(10)
        examined = await self.examiners.decide_all()
        self.minutes_later(10)
        return examined, await self.supervisor.approve_all()

    async def print(
        self,
        expected: int,
        report_progress: ReportProgress = no_progress,
        while_printing: WhilePrinting = do_nothing,
    ) -> None:
        """Wait until this many more passports are ready; the operator checks every book."""
        before = done = await self._passports()

        async def progress() -> bool:
            nonlocal done
            await self.operator.check_and_resolve()
            await while_printing()
            now = await self._passports()
            report_progress(now - done)
            done = now
            return done - before >= expected

        what = f"{expected} passports are ready"
        await wait_until(progress, what=what, within=_WITHIN_SECONDS, every=_POLL_SECONDS)

    async def hand_over(self, day: date) -> list[Case]:
        """Hand over the ready passports that are promised for this day or an earlier one."""
        ready = await self.files(pb.APPLICATION_STATE_READY)
        today = [one for one in ready if day_of(one.promised_collection_date) <= day]
        cases = [self.ground_truth.cases[one.application_id] for one in today]
        await run_concurrently(
            _CONCURRENT_CALLS, [partial(self.counter.hand_over, case) for case in cases]
        )
        return cases

    async def matcher_fails(self) -> str:
        """Stop the matcher; return the cause of the outage that issuance then opens."""
        await self.country.terminate("matcher")
        return await wait_until(
            self._outage_cause, what="the watcher opens an outage", within=_WITHIN_SECONDS
        )

    async def matcher_returns(self) -> float:
        """Start the matcher, wait for the end of the outage; return the seconds until it served."""
        seconds = await self.country.restart("matcher")
        await wait_until(
            self._no_outage, what="the watcher ends the outage", within=_WITHIN_SECONDS
        )
        return seconds

    async def files(
        self, state: "pb.ApplicationState.ValueType" = pb.APPLICATION_STATE_UNSPECIFIED
    ) -> list[pb.Application]:
        """Return the office's applications in a state, or all."""
        return await applications(self._channel, state)

    async def waiting_for_matcher(self) -> int:
        """Return how many applications wait for identification."""
        return (await self.administrator.applications()).get("identifying", 0)

    def minutes_later(self, minutes: int) -> None:
        """Advance the business clock."""
        self.country.set_clock(self.country.now + timedelta(minutes=minutes))

    async def _passports(self) -> int:
        states = await self.administrator.applications()
        return states.get("ready", 0) + states.get("handed_over", 0)

    async def _all_identified(self, report_progress: ReportProgress) -> None:
        waiting = await self.waiting_for_matcher()
        while waiting:
            left = await wait_until(
                partial(self._fewer_than, waiting),
                what="the matcher identifies people",
                within=_WITHIN_SECONDS,
            )
            report_progress(waiting - left)
            waiting = left

    async def _fewer_than(self, number: int) -> int | None:
        left = await self.waiting_for_matcher()
        return left if left < number else None

    async def _outage_cause(self) -> str | None:
        outages = await self.administrator.outages(lasting=True)
        return outages[0].cause if outages else None

    async def _no_outage(self) -> bool:
        return not await self.administrator.outages(lasting=True)
