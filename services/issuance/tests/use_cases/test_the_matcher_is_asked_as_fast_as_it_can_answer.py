"""Identifications begin at the rate that the matcher is good for, of all replicas together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.identification_rate import IdentificationRate, RateLimits, RatePhase
from issuance.domain.outage import OutageScope
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import RetryPolicy
from issuance.metrics import read_metrics
from issuance.store.records import Store
from issuance.use_cases.identification_limit import IdentificationLimit
from issuance.use_cases.office_slots import MatcherSlots
from issuance.use_cases.ports import NotYet, Unavailable
from issuance.workers.outbox_worker import OutboxWorker
from servicekit.storage.database import Database

from .always_due import always_due
from .local_time import banjarmasin
from .patient import PATIENT
from .workflow import Workflow

SECOND = timedelta(seconds=1)
LIMITS = RateLimits(granted=20, ramp=10 * SECOND, slow=5 * SECOND, canary=60 * SECOND)


class Replica:
    """One process with its worker of identifications, in a real time that the test sets."""

    def __init__(self, workflow: Workflow, store: Store, time: Callable[[], datetime]) -> None:
        self.begun: list[str] = []
        self._answer: asyncio.Future[Exception | None] = asyncio.Future()
        policy = RetryPolicy(50, 60 * SECOND, 0.001, SECOND, SECOND)
        self._worker = OutboxWorker(
            OutboxTaskKind.IDENTIFY,
            self._attempt,
            store,
            MatcherSlots(OutboxTaskKind.IDENTIFY),
            policy,
            time,
            always_due(),
            IdentificationLimit(LIMITS, time),
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the worker."""
        task = asyncio.create_task(self._worker())
        yield
        task.cancel()
        await asyncio.wait([task])

    def answers(self, answer: Exception | None = None) -> None:
        """Let all attempts under way succeed, or fail with an error."""
        pending, self._answer = self._answer, asyncio.Future()
        pending.set_result(answer)

    async def _attempt(self, task: OutboxTask) -> None:
        self.begun.append(task.case)
        error = await asyncio.shield(self._answer)
        if error:
            raise error


class Country:
    """Two replicas on one database."""

    def __init__(self, workflow: Workflow, database: Database) -> None:
        self.workflow = workflow
        self.time = banjarmasin("2018-10-31 18:00")
        self.first = Replica(workflow, Store(database, "one", PATIENT), lambda: self.time)
        self.second = Replica(workflow, Store(database, "two", PATIENT), lambda: self.time)

    def begun(self) -> int:
        """How many attempts have begun."""
        return len(self.first.begun) + len(self.second.begun)

    def answers(self, answer: Exception | None = None) -> None:
        """The matcher answers all calls under way."""
        self.first.answers(answer)
        self.second.answers(answer)

    async def rate(self) -> IdentificationRate:
        """The rate as an administrator sees it."""
        return (await self.workflow.status()).identification_rate

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait for something that the workers do."""
        async with asyncio.timeout(30):
            while True:
                if await holds():
                    return
                await asyncio.sleep(0.002)

    async def polls(self) -> None:
        """Give the workers the time of several transactions."""
        for _ in range(20):
            await self.workflow.status()
            await asyncio.sleep(0.002)


@pytest.fixture
def country(workflow: Workflow, database: Database) -> Country:
    """Two replicas."""
    return Country(workflow, database)


async def test_one_applicant_is_identified_first_and_nobody_until_then(country: Country) -> None:
    for _ in range(5):
        await country.workflow.applies()

    async with country.first.running(), country.second.running():
        await country.polls()
        assert country.begun() == 1

        country.answers()

        async def ramping() -> bool:
            return (await country.rate()).phase is RatePhase.RAMPING

        await country.until(ramping)


async def test_the_most_urgent_goes_first(country: Country) -> None:
    await country.workflow.applies()
    urgent = await country.workflow.applies(office="JKT", priority_class=PriorityClass.EMERGENCY)

    async with country.first.running():
        await country.polls()

    assert country.first.begun == [urgent]


async def test_who_has_waited_longer_than_the_head_start_goes_before_the_more_urgent(
    country: Country,
) -> None:
    normal = await country.workflow.applies()
    country.workflow.clock("2018-11-02 08:30")
    before = await country.workflow.applies(priority_class=PriorityClass.EXPEDITED)
    country.workflow.clock("2018-11-02 09:30")
    after = await country.workflow.applies(priority_class=PriorityClass.EXPEDITED)

    tasks = await country.workflow.leases(OutboxTaskKind.IDENTIFY)

    assert [task.case for task in tasks] == [before, normal, after]


async def test_replicas_share_the_rate(country: Country) -> None:
    for _ in range(8):
        await country.workflow.applies()
    async with country.workflow.store.begin() as records:
        await records.identification_rate.save(
            IdentificationRate(per_second=3.0, granted=20.0, counted_at=country.time)
        )

    async with country.first.running(), country.second.running():
        await country.polls()
        assert country.begun() == 0

        country.time += SECOND / 3 * 1.01
        await country.polls()
        assert country.begun() == 1

        country.time += 10 * SECOND
        await country.polls()
        assert country.begun() == 3


async def test_a_delay_that_the_matcher_asks_for_holds_up_every_replica(country: Country) -> None:
    await country.workflow.applies()

    async with country.first.running(), country.second.running():
        await country.polls()
        country.answers(Unavailable("OVERLOADED", retry_after=5 * SECOND))
        await country.polls()
        country.time += 4.9 * SECOND
        await country.polls()
        assert country.begun() == 1

        country.time += 0.2 * SECOND
        await country.polls()
        assert country.begun() == 2


async def test_an_answer_that_waits_for_a_printer_slows_nobody_down(country: Country) -> None:
    for _ in range(5):
        await country.workflow.applies()

    async with country.first.running():
        for _ in range(3):
            await country.polls()
            country.answers(NotYet("AT_THE_PRINTER: its print job is being submitted"))
            country.time += 2 * SECOND

        async def answered() -> bool:
            return len(country.first.begun) > 3

        await country.until(answered)

    rate = await country.rate()
    assert (rate.phase, rate.failures, rate.bad_share) == (RatePhase.RAMPING, 0, 0)


async def test_an_outage_ends_with_one_identification(country: Country) -> None:
    async with country.workflow.store.begin() as records:
        await records.identification_rate.save(IdentificationRate(per_second=18.0, granted=20.0))
    await country.workflow.declares(OutageScope.MATCHER)

    async with country.first.running():
        await country.polls()

    assert (await country.rate()).phase is RatePhase.CANARY


async def test_monitoring_sees_the_rate(country: Country) -> None:
    pause = country.time + 7 * SECOND
    async with country.workflow.store.begin() as records:
        await records.identification_rate.save(
            IdentificationRate(per_second=3.0, granted=20.0, paused_until=pause)
        )

    metrics = await read_metrics(
        country.workflow.store, country.workflow.offices, country.workflow, lambda: country.time
    )

    values = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in metrics
        for sample in metric.samples
        if sample.name.startswith("issuance_identification")
    }
    assert values == {
        ("issuance_identification_phase", "CANARY"): 0,
        ("issuance_identification_phase", "RAMPING"): 1,
        ("issuance_identification_phase", "FULL"): 0,
        ("issuance_identifications_per_second",): 3.0,
        ("issuance_identifications_granted_per_second",): 20.0,
        ("issuance_identification_pause_seconds",): 7.0,
    }
