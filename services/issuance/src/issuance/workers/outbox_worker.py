"""Does the outbox tasks of one kind: a few at a time, none while an outage stops them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta

import structlog
from servicekit.process.failpoint import failpoint

from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import RetryPolicy
from issuance.store.records import Records, Store
from issuance.use_cases.identification_limit import IdentificationLimit
from issuance.use_cases.lease_tasks import LeaseTasks
from issuance.use_cases.office_slots import EVERY_OFFICE, OfficeSlots
from issuance.use_cases.ports import NotYet, Unavailable, WorkRefused

_log = structlog.get_logger(__name__)

# An outage lasts longer than so many polls.
_IDLE_POLLS = 5


class OutboxWorker:
    """Leases due tasks of one kind and attempts each until it is done.

    due: set while some are due, as last seen. limit: bounds how many attempts begin in a time;
    None: only `policy` bounds them.
    """

    def __init__(
        self,
        kind: OutboxTaskKind,
        attempt: Callable[[OutboxTask], Awaitable[None]],
        store: Store,
        slots: OfficeSlots,
        policy: RetryPolicy,
        real_now: Callable[[], datetime],
        due: asyncio.Event,
        limit: IdentificationLimit | None = None,
    ) -> None:
        self._kind = kind
        self._attempt = attempt
        self._store = store
        self._slots = slots
        self._lease_tasks = LeaseTasks(kind, slots, policy.lease)
        self._policy = policy
        self._real_now = real_now
        self._due = due
        self._limit = limit

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
        """Wait until tasks are due; where some are, until an attempt ends or for one poll.

        What the limit holds up does not begin sooner because an attempt ends.
        """
        if not (running or self._due.is_set()):
            await self._wait_until_due()
        elif self._limit and len(running) < self._policy.concurrency:
            await asyncio.sleep(self._limit.pause(self._policy.poll))
        elif running:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait(running, timeout=self._policy.poll, return_when=first)
        else:
            await asyncio.sleep(self._policy.poll)

    async def _wait_until_due(self) -> None:
        """Wait until tasks are due; with a limit not for long, for outages suspend it."""
        longest = self._policy.poll * _IDLE_POLLS if self._limit else None
        with suppress(TimeoutError):
            await asyncio.wait_for(self._due.wait(), longest)

    async def _lease(self, most: int) -> Collection[OutboxTask]:
        if most <= 0:
            return ()
        async with self._store.begin() as records:
            leased = await self._lease_within_limit(records, most, self._real_now())
        if leased:
            failpoint(f"{self._kind}.leased")
        return leased

    async def _lease_within_limit(
        self, records: Records, most: int, now: datetime
    ) -> Collection[OutboxTask]:
        if self._limit is None:
            return await self._lease_tasks(records, most, now)
        if await self._slots.is_out(records, EVERY_OFFICE, now):
            await self._limit.suspend(records)
            return ()
        most = min(most, await self._limit.available(records))
        leased = await self._lease_tasks(records, most, now)
        await self._limit.begun(records, len(leased))
        return leased

    async def _try(self, task: OutboxTask) -> None:
        try:
            with self._limit.observing() if self._limit else nullcontext():
                await self._attempt(task)
        except (Unavailable, NotYet) as error:
            await self._postpone(task, str(error), error.retry_after)
        except WorkRefused as error:
            await self._refuse(task, str(error))
        except Exception as error:
            _log.exception("outbox_task_failed", kind=task.kind, application_id=task.case)
            await self._postpone(task, repr(error), None)

    async def _refuse(self, task: OutboxTask, problem: str) -> None:
        """Attempt the task no more: administrators are shown it (ListStuck)."""
        _log.error("outbox_task_refused", kind=task.kind, application_id=task.case, problem=problem)
        async with self._store.begin() as records:
            now = self._real_now()
            await records.stuck_work.refuse(task, now, problem)

    async def attempt_due(self) -> None:
        """Attempt once what is due now."""
        leased = await self._lease(self._policy.concurrency)
        await asyncio.gather(*(self._try(task) for task in leased))

    async def _postpone(
        self, task: OutboxTask, problem: str, retry_after: timedelta | None
    ) -> None:
        _log.warning(
            "outbox_task_postponed",
            kind=task.kind,
            task=task.id,
            application_id=task.case,
            problem=problem,
        )
        now = self._real_now()
        until = now + (retry_after or self._policy.pause_after(task.attempts))
        async with self._store.begin() as records:
            counts = not await self._slots.is_out(records, task.office, now)
            await records.outbox.postpone(task, until, problem, counts=counts)
