"""One query for all kinds finds what is due; workers without due tasks leave the database alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from issuance.domain.identification_rate import IdentificationRate, RateLimits, RatePhase
from issuance.domain.outage import OutageScope
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import RetryPolicy
from issuance.use_cases.identification_limit import IdentificationLimit
from issuance.use_cases.office_slots import MatcherSlots
from issuance.workers.due_tasks import DueTasks
from issuance.workers.outbox_worker import OutboxWorker

from .workflow import Workflow

IDENTIFY = OutboxTaskKind.IDENTIFY
SECOND = timedelta(seconds=1)
POLICY = RetryPolicy(4, 60 * SECOND, 0.001, SECOND, SECOND)


class Outbox:
    """The worker of identification, and what tells it of due tasks."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.real_now = workflow.now()
        self.look = DueTasks(workflow.store, self.now)
        self.attempted: asyncio.Queue[str] = asyncio.Queue()

    def now(self) -> datetime:
        """Return the time that tasks become due by."""
        return self.real_now

    async def kinds(self) -> set[str]:
        """Look, and return the kinds that are due."""
        await self.look()
        return {kind for kind in OutboxTaskKind if self.look.of(kind).is_set()}

    async def task(self) -> OutboxTask:
        """Lease the one task for a minute."""
        async with self.workflow.store.begin() as records:
            (first,) = await records.outbox.next_of_each_office(IDENTIFY, self.real_now)
            until = self.real_now + 60 * SECOND
            (task,) = await records.outbox.lease([first.id], self.real_now, until)
            return task

    @asynccontextmanager
    async def worked_on(self, limit: IdentificationLimit | None = None) -> AsyncIterator[None]:
        """Let the worker go on within the block; no attempt ends by itself."""

        async def attempt(task: OutboxTask) -> None:
            self.attempted.put_nowait(task.case)
            await asyncio.Event().wait()

        due, slots = self.look.of(IDENTIFY), MatcherSlots(IDENTIFY)
        store = self.workflow.store
        worker = OutboxWorker(IDENTIFY, attempt, store, slots, POLICY, self.now, due, limit)
        running = asyncio.create_task(worker())
        yield
        running.cancel()
        await asyncio.wait([running])


@pytest.fixture
def outbox(workflow: Workflow) -> Outbox:
    return Outbox(workflow)


async def test_a_worker_without_due_tasks_asks_for_none(
    outbox: Outbox, statements: list[str]
) -> None:
    async with outbox.worked_on():
        await _several_polls(outbox.workflow)
        statements.clear()
        await _several_polls(outbox.workflow)

    assert "BEGIN IMMEDIATE" not in statements


async def test_one_query_is_made_for_all_kinds(outbox: Outbox, statements: list[str]) -> None:
    statements.clear()

    await outbox.look()

    assert len([each for each in statements if each.startswith("SELECT")]) == 1


async def test_a_task_is_attempted_once_it_is_seen(outbox: Outbox) -> None:
    async with outbox.worked_on():
        await _several_polls(outbox.workflow)
        id = await outbox.workflow.applies()
        await outbox.look()

        async with asyncio.timeout(30):
            assert await outbox.attempted.get() == id


async def test_a_worker_attempts_what_is_there_when_it_starts(outbox: Outbox) -> None:
    id = await outbox.workflow.applies()

    async with outbox.worked_on(), asyncio.timeout(30):
        assert await outbox.attempted.get() == id


async def test_a_leased_task_is_due_again_when_its_lease_is_over(outbox: Outbox) -> None:
    await outbox.workflow.applies()
    at_first = await outbox.kinds()
    await outbox.task()
    leased = await outbox.kinds()
    outbox.real_now += 61 * SECOND

    assert (at_first, leased, await outbox.kinds()) == ({"identify"}, set(), {"identify"})


async def test_a_postponed_task_is_due_again_at_its_time(outbox: Outbox) -> None:
    await outbox.workflow.applies()
    task = await outbox.task()
    async with outbox.workflow.store.begin() as records:
        until = outbox.real_now + 5 * SECOND
        await records.outbox.postpone(task, until, "no answer", counts=True)
    postponed = await outbox.kinds()
    outbox.real_now += 5 * SECOND

    assert (postponed, await outbox.kinds()) == (set(), {"identify"})


async def test_a_refused_task_is_not_due(outbox: Outbox) -> None:
    await outbox.workflow.applies()
    task = await outbox.task()
    async with outbox.workflow.store.begin() as records:
        await records.stuck_work.refuse(task, outbox.real_now, "taken")
    outbox.real_now += 61 * SECOND

    assert await outbox.kinds() == set()


async def test_an_outage_suspends_identification_while_nobody_waits(outbox: Outbox) -> None:
    limits = RateLimits(granted=20, ramp=10 * SECOND, slow=5 * SECOND, canary=60 * SECOND)
    store = outbox.workflow.store
    async with store.begin() as records:
        rate = IdentificationRate(per_second=18.0, granted=20.0)
        await records.identification_rate.save(rate)
    async with outbox.worked_on(IdentificationLimit(limits, outbox.now)):
        await _several_polls(outbox.workflow)
        await outbox.workflow.declares(OutageScope.MATCHER)

        async with asyncio.timeout(30):
            while True:
                async with store.read() as records:
                    if (await records.identification_rate.get()).phase is RatePhase.CANARY:
                        break
                await asyncio.sleep(0.001)


async def _several_polls(workflow: Workflow) -> None:
    """Give the worker the time of several transactions."""
    for _ in range(10):
        await workflow.status()
        await asyncio.sleep(0.002)
