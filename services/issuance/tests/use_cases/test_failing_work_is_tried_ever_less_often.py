"""An outbox task that fails is tried again after pauses that double up to the longest allowed."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import RetryPolicy
from issuance.store.tables.outbox import outbox
from issuance.use_cases.office_slots import MatcherSlots
from issuance.use_cases.ports import Unavailable
from issuance.workers.outbox_worker import OutboxWorker
from servicekit.storage.database import Database
from sqlalchemy import select

from services.captured_logs import captured_logs

from .always_due import always_due
from .local_time import banjarmasin
from .workflow import Workflow

SECOND = timedelta(seconds=1)


def retry_policy(longest: timedelta) -> RetryPolicy:
    return RetryPolicy(
        concurrency=4, lease=60 * SECOND, poll=0.001, first_pause=SECOND, longest_pause=longest
    )


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 1), (1, 2), (2, 4), (3, 8), (5, 32), (6, 60), (7, 60), (10_000, 60)],
)
def test_the_pause_doubles_with_each_failure_up_to_the_longest(failures: int, seconds: int) -> None:
    assert retry_policy(longest=60 * SECOND).pause_after(failures) == seconds * SECOND


def test_the_pause_doubles_sixteen_times_at_most() -> None:
    year = timedelta(days=365)

    assert (
        retry_policy(year).pause_after(16)
        == retry_policy(year).pause_after(10_000)
        == 65_536 * SECOND
    )


class FailingAttempts:
    """Runs the worker of identification over attempts that all fail, in a real time of its own."""

    def __init__(self, workflow: Workflow, retry_after: timedelta | None = None) -> None:
        self._real_time = banjarmasin("2018-10-26 09:00")
        self._retry_after = retry_after
        self._worker = OutboxWorker(
            OutboxTaskKind.IDENTIFY,
            self,
            workflow.store,
            MatcherSlots(OutboxTaskKind.IDENTIFY),
            retry_policy(60 * SECOND),
            self.now,
            always_due(),
        )
        self._made_at: list[datetime] = []
        self._wanted = 0
        self._enough = asyncio.Event()

    def now(self) -> datetime:
        """The real time, a tenth of a second later each time it is asked for."""
        self._real_time += SECOND / 10
        return self._real_time

    async def __call__(self, task: OutboxTask) -> None:
        """One attempt."""
        self._made_at.append(self._real_time)
        if len(self._made_at) == self._wanted:
            self._enough.set()
        raise Unavailable("no answer", self._retry_after)

    async def seconds_between(self, attempts: int) -> list[int]:
        """Whole seconds between so many attempts."""
        self._wanted = attempts
        working = asyncio.create_task(self._worker())
        enough = asyncio.create_task(self._enough.wait())
        await asyncio.wait([working, enough], return_when=asyncio.FIRST_COMPLETED)
        for task in (working, enough):
            task.cancel()
        await asyncio.wait([working, enough])
        return [int((later - at) / SECOND) for at, later in pairwise(self._made_at)]


async def test_a_task_that_fails_waits_longer_each_time(workflow: Workflow) -> None:
    await workflow.applies()

    assert await FailingAttempts(workflow).seconds_between(5) == [1, 2, 4, 8]


async def test_a_neighbour_that_names_a_time_is_asked_then(workflow: Workflow) -> None:
    await workflow.applies()

    attempts = FailingAttempts(workflow, retry_after=5 * SECOND)

    assert await attempts.seconds_between(4) == [5, 5, 5]


async def test_the_problem_is_written_down(workflow: Workflow, database: Database) -> None:
    id = await workflow.applies()

    with captured_logs() as logged:
        await FailingAttempts(workflow).seconds_between(2)

    first = next(line for line in logged if line["event"] == "outbox_task_postponed")
    assert (first["application_id"], first["problem"]) == (id, "no answer")
    async with database.read() as connection:
        assert await connection.scalar(select(outbox.c.last_error)) == "no answer"
