"""Does owed work of one kind: a few pieces at once, in order, none while an outage stops it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from servicekit.process.failpoint import failpoint

from issuance.domain.owed import Owed, stopping
from issuance.domain.states import Work
from issuance.use_cases.identify import Away
from issuance.use_cases.records import Records, Transactions

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How work is tried, in real time.

    poll: pause between looks, seconds. first and longest: pauses after failures, doubling.
    """

    at_once: int
    lease: timedelta
    poll: float
    first: timedelta
    longest: timedelta

    def pause(self, attempts: int) -> timedelta:
        """After so many attempts in vain."""
        return min(self.longest, self.first * float(2 ** min(attempts, 16)))


class OwedWorker:
    """Runs `attempt` on each piece of one kind until it is done."""

    def __init__(
        self,
        kind: Work,
        attempt: Callable[[Owed], Awaitable[None]],
        transactions: Transactions,
        offices: Collection[str],
        patience: Patience,
        real_now: Callable[[], datetime],
    ) -> None:
        self._kind = kind
        self._attempt = attempt
        self._transactions = transactions
        self._offices = offices
        self._patience = patience
        self._real_now = real_now

    async def __call__(self) -> None:
        """For ever, but for faults of the database; whoever stops it stops the attempts too."""
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as attempts:
            while True:
                for owed in await self._lease(self._patience.at_once - len(running)):
                    attempt = attempts.create_task(self._try(owed))
                    running.add(attempt)
                    attempt.add_done_callback(running.discard)
                await self._pause(running)

    async def _pause(self, running: Collection[asyncio.Task[None]]) -> None:
        """Until an attempt is over, but not for long: new work may be owed."""
        if running:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait(running, timeout=self._patience.poll, return_when=first)
        else:
            await asyncio.sleep(self._patience.poll)

    async def _lease(self, places: int) -> Collection[Owed]:
        if places <= 0:
            return ()
        now = self._real_now()
        async with self._transactions.begin() as records:
            stopped = await self._stopped(records)
            if len(stopped) == len(self._offices):
                return ()
            until = now + self._patience.lease
            leased = await records.work.lease([self._kind], places, stopped, now, until)
        if leased:
            failpoint(f"{self._kind}.leased")
        return leased

    async def _stopped(self, records: Records) -> list[str]:
        lasting = (await records.outages.lasting()).values()
        return [office for office in self._offices if stopping(self._kind, office, lasting)]

    async def _try(self, owed: Owed) -> None:
        try:
            await self._attempt(owed)
        except Away as error:
            await self._postpone(owed, str(error), error.retry_after)
        except Exception as error:
            _log.exception("owed_work_failed", kind=owed.kind, application=owed.case)
            await self._postpone(owed, repr(error), None)

    async def _postpone(self, owed: Owed, trouble: str, asked: timedelta | None) -> None:
        _log.warning("owed_work_postponed", kind=owed.kind, work=owed.id, trouble=trouble)
        until = self._real_now() + (asked or self._patience.pause(owed.attempts))
        async with self._transactions.begin() as records:
            counts = owed.office not in await self._stopped(records)
            await records.work.postpone(owed, until, trouble, counts=counts)
