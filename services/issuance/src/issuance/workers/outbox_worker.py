"""Does the outbox tasks of one kind: in order, a few at a time, none while an outage stops them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

import structlog
from servicekit.process.failpoint import failpoint

from issuance.domain.outbox import OutboxTask, stopping_outage
from issuance.domain.retry_policy import RetryPolicy
from issuance.domain.states import OutboxTaskKind
from issuance.store.records import Records, Store
from issuance.use_cases.ports import Unavailable

_log = structlog.get_logger(__name__)


class OutboxWorker:
    """Leases due tasks of one kind and attempts each until it is done."""

    def __init__(
        self,
        kind: OutboxTaskKind,
        attempt: Callable[[OutboxTask], Awaitable[None]],
        store: Store,
        offices: Collection[str],
        policy: RetryPolicy,
        real_now: Callable[[], datetime],
    ) -> None:
        self._kind = kind
        self._attempt = attempt
        self._store = store
        self._offices = offices
        self._policy = policy
        self._real_now = real_now

    async def __call__(self) -> None:
        """Work until cancelled, which cancels the attempts too, or until the database fails."""
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as attempts:
            while True:
                for task in await self._lease(self._policy.concurrency - len(running)):
                    attempt = attempts.create_task(self._try(task))
                    running.add(attempt)
                    attempt.add_done_callback(running.discard)
                await self._wait(running)

    async def _wait(self, running: Collection[asyncio.Task[None]]) -> None:
        """Wait until an attempt ends, at most for the poll interval: new tasks may be due."""
        if running:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait(running, timeout=self._policy.poll, return_when=first)
        else:
            await asyncio.sleep(self._policy.poll)

    async def _lease(self, limit: int) -> Collection[OutboxTask]:
        if limit <= 0:
            return ()
        now = self._real_now()
        async with self._store.begin() as records:
            stopped = await self._stopped_offices(records)
            if len(stopped) == len(self._offices):
                return ()
            until = now + self._policy.lease
            leased = await records.outbox.lease([self._kind], limit, stopped, now, until)
        if leased:
            failpoint(f"{self._kind}.leased")
        return leased

    async def _stopped_offices(self, records: Records) -> list[str]:
        ongoing = (await records.outages.ongoing()).values()
        return [office for office in self._offices if stopping_outage(self._kind, office, ongoing)]

    async def _try(self, task: OutboxTask) -> None:
        try:
            await self._attempt(task)
        except Unavailable as error:
            await self._postpone(task, str(error), error.retry_after)
        except Exception as error:
            _log.exception("outbox_task_failed", kind=task.kind, application=task.case)
            await self._postpone(task, repr(error), None)

    async def _postpone(
        self, task: OutboxTask, problem: str, retry_after: timedelta | None
    ) -> None:
        _log.warning("outbox_task_postponed", kind=task.kind, task=task.id, problem=problem)
        until = self._real_now() + (retry_after or self._policy.pause_after(task.attempts))
        async with self._store.begin() as records:
            counts = task.office not in await self._stopped_offices(records)
            await records.outbox.postpone(task, until, problem, counts=counts)
