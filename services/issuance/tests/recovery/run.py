"""The recovery: the service's own workers over a database, until nobody waits any more."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from issuance.domain.collection_plan import PriorityClass
from issuance.domain.identification_rate import RateLimits
from issuance.domain.outage import OutageScope
from issuance.domain.outage_detection import OutageDetector
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import RetryPolicy
from issuance.domain.states import ApplicationState
from issuance.domain.validity import ValidityRule
from issuance.store.records import MIGRATIONS, Store
from issuance.store.tables.applications import applications
from issuance.store.tables.history import history
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.identification_limit import IdentificationLimit
from issuance.use_cases.identify import Identify
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.office_slots import MatcherSlots
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.workers.health_watcher import HealthWatcher
from issuance.workers.outbox_worker import OutboxWorker
from issuance.workers.periodic_task import run_periodically
from servicekit.storage.database import Database, migrate
from sqlalchemy import Select, event, func, select

from ..use_cases.always_due import always_due  # noqa: TID252
from .country import offices, populate, virtual_clock
from .matcher import ModelledMatcher
from .virtual_time import VirtualTimeLoop, sqlite_without_threads

SECOND = timedelta(seconds=1)
_FAILURES = ((1 / 3, 90.0, False), (2 / 3, 60.0, True))
"""When so much is done the matcher is away so many seconds; whether it hangs."""
# Settings of the service, as they are by default.
_POLICY = RetryPolicy(8, 60 * SECOND, 0.2, 0.5 * SECOND, 30 * SECOND)
_OPENS_AFTER = _ENDS_AFTER = 30 * SECOND
_HEALTH_CHECK_SECONDS = 1.0
_RAMP, _SLOW = 60 * SECOND, 5 * SECOND
_GIVE_UP = 5.0  # times the time that is needed at the granted rate, and an hour

ReportProgress = Callable[[int, float], None]


@dataclass(slots=True)
class Recovery:
    """What happened. Times are seconds since the matcher came back.

    identified: when each case was. rates: the rate of the controller, every ten seconds.
    """

    waiting: int
    granted: float
    classes: Mapping[str, PriorityClass]
    matcher: ModelledMatcher
    identified: dict[str, float] = field(default_factory=dict)
    rates: list[tuple[float, float]] = field(default_factory=list)
    done: int = 0
    lost: int = 0

    def figures(self) -> dict[str, object]:
        """Return the figures."""
        drained = max(self.identified.values(), default=0.0)
        longest = Counter[str]()
        for case, at in self.identified.items():
            name = self.classes[case].name.lower()
            longest[name] = max(longest[name], round(at))
        urgent = [
            at
            for case, at in self.identified.items()
            if self.classes[case] is PriorityClass.EMERGENCY
        ]
        away = sum(end - began for began, end in self.matcher.away)
        return {
            "waiting": self.waiting,
            "done": self.done,
            "lost": self.lost,
            "doubled": self.matcher.doubled,
            "granted_per_s": self.granted,
            "peak_per_s": _most_in_a_second(self.matcher.begun),
            "up_s": round(drained - away, 1),
            "first_urgent_s": round(min(urgent, default=drained), 1),
            "drained_s": round(drained, 1),
            "longest_wait_by_priority_s": dict(longest),
        }


def recover(
    folder: Path,
    waiting: int,
    granted: float,
    seed: int,
    report_progress: ReportProgress = lambda done, seconds: None,
) -> Recovery:
    """Let so many wait, and the matcher come back; return what happened."""
    url = f"sqlite+aiosqlite:///{folder}/recovery.sqlite"
    with sqlite_without_threads(), asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        migrate(url, MIGRATIONS)
        return runner.run(_recover(url, waiting, granted, seed, report_progress))


async def _recover(
    url: str, waiting: int, granted: float, seed: int, report_progress: ReportProgress
) -> Recovery:
    database = Database(url)
    # A crash of the computer is not what is looked at.
    event.listen(
        database.engine.sync_engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF")
    )
    try:
        run = _Run(database, granted, seed)
        return await run(waiting, report_progress)
    finally:
        await database.close()


class _Run:
    def __init__(self, database: Database, granted: float, seed: int) -> None:
        loop = asyncio.get_running_loop()
        self.time = loop.time
        self.now = virtual_clock(loop.time)
        self._seed = seed
        self._granted = granted
        self._store = Store(database, "one")
        self._offices = offices()
        numbers = count(1)
        self._new_id = lambda: f"id-{next(numbers)}"
        self._outages = OutageLifecycle(self._offices, self._new_id)
        self._matcher = ModelledMatcher(Random(seed), granted, loop.time)

    async def __call__(self, waiting: int, report_progress: ReportProgress) -> Recovery:
        classes = await populate(self._store, self._outages, self._offices, waiting, self._seed)
        recovery = Recovery(waiting, self._granted, classes, self._matcher)
        began = self.time()
        give_up = began + 3600 + _GIVE_UP * waiting / self._granted
        async with self._service(recovery), self._failures(recovery):
            while len(recovery.identified) < waiting and self.time() < give_up:
                async with self._store.read() as records:
                    rate = await records.identification_rate.get()
                recovery.rates.append((self.time(), rate.per_second))
                report_progress(len(recovery.identified), self.time())
                await asyncio.sleep(10 if waiting > 1000 else 1)
        report_progress(len(recovery.identified), self.time())
        recovery.lost = await self._count(
            select(func.count()).where(applications.c.state == ApplicationState.IDENTIFYING)
        )
        decided = select(func.count()).where(history.c.source == ApplicationState.IDENTIFYING)
        recovery.done = await self._count(decided)
        return recovery

    async def _count(self, statement: Select[Any]) -> int:
        async with self._store.read() as records:
            return int((await records.connection.execute(statement)).scalar_one())

    @asynccontextmanager
    async def _service(self, recovery: Recovery) -> AsyncIterator[None]:
        """Run the worker of identifications and the watcher of the matcher's health."""
        worker, watcher = self._worker(recovery), self._watcher()
        work = [
            asyncio.create_task(run_periodically("identify", worker, _POLICY.poll)),
            asyncio.create_task(run_periodically("health", watcher, _HEALTH_CHECK_SECONDS)),
        ]
        yield
        for task in work:
            task.cancel()
        await asyncio.wait(work)

    def _worker(self, recovery: Recovery) -> OutboxWorker:
        apply_transition = ApplyTransition(
            OfficeDirectory(), lambda *_: b"", self._new_id, ValidityRule()
        )
        identify = Identify(
            self._store, self._matcher, apply_transition, _Clock(self.now), self._new_id, 8.0
        )

        async def attempt(task: OutboxTask) -> None:
            await identify(task)
            recovery.identified[task.case] = self.time()

        limits = RateLimits(self._granted, _RAMP, _SLOW, _POLICY.lease)
        limit = IdentificationLimit(limits, self.now)
        kind = OutboxTaskKind.IDENTIFY
        return OutboxWorker(
            kind,
            attempt,
            self._store,
            MatcherSlots(kind),
            _POLICY,
            self.now,
            always_due(),
            limit,
        )

    def _watcher(self) -> HealthWatcher:
        async def sample() -> Mapping[str, bool]:
            return {"": not self._matcher.is_away}

        return HealthWatcher(
            OutageScope.MATCHER,
            sample,
            OutageDetector(_OPENS_AFTER, _ENDS_AFTER),
            self._outages,
            self._store,
            _Clock(self.now),
            self.now,
        )

    @asynccontextmanager
    async def _failures(self, recovery: Recovery) -> AsyncIterator[None]:
        """Let the matcher fail when a third is done, and again when two thirds are."""

        async def fail() -> None:
            for share, seconds, hangs in _FAILURES:
                while True:
                    if len(recovery.identified) >= share * recovery.waiting:
                        break
                    await asyncio.sleep(0.5)
                await self._matcher.fail(seconds, hangs=hangs)

        failing = asyncio.create_task(fail())
        yield
        failing.cancel()
        await asyncio.wait([failing])


@dataclass(frozen=True, slots=True)
class _Clock:
    now: Callable[[], datetime]


def _most_in_a_second(times: list[float]) -> int:
    """Return most times in any second, its beginning included and its end excluded."""
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most
