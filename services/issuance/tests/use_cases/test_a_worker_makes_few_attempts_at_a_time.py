"""An outbox worker makes a few attempts at a time, and none that an outage would make fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from issuance.domain.outage import OutageScope
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import RetryPolicy
from issuance.use_cases.office_slots import MatcherSlots
from issuance.use_cases.ports import Unavailable
from issuance.workers.outbox_worker import OutboxWorker

from .always_due import always_due
from .workflow import Workflow

MINUTE = timedelta(minutes=1)


class Attempts:
    """Attempts that go on until the test ends them."""

    def __init__(self) -> None:
        self.begun: asyncio.Queue[str] = asyncio.Queue()
        self._ends: dict[str, asyncio.Event] = {}

    async def __call__(self, task: OutboxTask) -> None:
        self._ends[task.case] = asyncio.Event()
        self.begun.put_nowait(task.case)
        await self._ends[task.case].wait()

    def end(self, case: str) -> None:
        """Let the attempt for a case succeed."""
        self._ends[case].set()


@asynccontextmanager
async def working(
    workflow: Workflow, attempt: Callable[[OutboxTask], Awaitable[None]], concurrency: int
) -> AsyncIterator[None]:
    """Run the worker of identification, for which real time stands still."""
    policy = RetryPolicy(concurrency, MINUTE, 0.001, MINUTE, MINUTE)
    worker = OutboxWorker(
        OutboxTaskKind.IDENTIFY,
        attempt,
        workflow.store,
        MatcherSlots(OutboxTaskKind.IDENTIFY),
        policy,
        workflow.now,
        always_due(),
    )
    task = asyncio.create_task(worker())
    yield
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.parametrize("concurrency", [1, 2])
async def test_no_more_attempts_than_allowed_run_at_a_time(
    workflow: Workflow, concurrency: int
) -> None:
    ids = [await workflow.applies() for _ in range(4)]
    attempts = Attempts()

    async with working(workflow, attempts, concurrency):
        begun = [await attempts.begun.get() for _ in range(concurrency)]
        await _the_worker_polls_again(workflow)
        assert attempts.begun.empty()

        attempts.end(begun[0])
        begun.append(await attempts.begun.get())
        await _the_worker_polls_again(workflow)
        assert attempts.begun.empty()

    assert begun == ids[: concurrency + 1]


async def test_an_office_in_an_outage_does_not_stop_the_others(workflow: Workflow) -> None:
    await workflow.declares(OutageScope.OFFICE, "BJM")
    await workflow.declares(OutageScope.PRINTING, "JKT")
    id = await workflow.applies(office="JKT")
    attempts = Attempts()

    async with working(workflow, attempts, concurrency=1):
        assert await attempts.begun.get() == id


async def test_no_attempt_is_made_while_the_matcher_is_unavailable(workflow: Workflow) -> None:
    outage = await workflow.declares(OutageScope.MATCHER)
    id = await workflow.applies()
    attempts = Attempts()

    async with working(workflow, attempts, concurrency=1):
        await _the_worker_polls_again(workflow)
        assert attempts.begun.empty()

        await workflow.ends(outage)
        assert await attempts.begun.get() == id


@pytest.mark.parametrize(
    ("scope", "office", "failing"),
    [(OutageScope.MATCHER, "", 0), (OutageScope.PRINTING, "BJM", 1)],
)
async def test_a_failure_that_an_outage_explains_is_not_counted(
    workflow: Workflow, scope: OutageScope, office: str, failing: int
) -> None:
    await workflow.applies()
    begun = asyncio.Event()

    async def an_outage_begins(task: OutboxTask) -> None:
        await workflow.declares(scope, office)
        begun.set()
        raise Unavailable("no answer")

    async with working(workflow, an_outage_begins, concurrency=1):
        await begun.wait()
        assert await _failing_once_none_is_leased(workflow) == failing


async def test_an_unexpected_error_is_a_failure_too(workflow: Workflow) -> None:
    await workflow.applies()
    begun = asyncio.Event()

    async def attempt(task: OutboxTask) -> None:
        begun.set()
        raise RuntimeError("a bug")

    async with working(workflow, attempt, concurrency=1):
        await begun.wait()
        assert await _failing_once_none_is_leased(workflow) == 1


async def _the_worker_polls_again(workflow: Workflow) -> None:
    """Give the worker the time of several transactions."""
    for _ in range(10):
        await workflow.status()
        await asyncio.sleep(0.002)


async def _failing_once_none_is_leased(workflow: Workflow) -> int:
    """Return how many tasks of identification have failed, once all leases are given back."""
    async with asyncio.timeout(30):
        while True:
            ((backlog, _),) = (await workflow.status()).outbox
            if not backlog.leased:
                return backlog.failing
