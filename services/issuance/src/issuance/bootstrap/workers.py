"""The workers: everything that goes on while calls are served."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import timedelta

import grpc

from issuance.bootstrap.outbox_workers import OutboxWorkers
from issuance.bootstrap.shared_parts import SharedParts, new_id
from issuance.clients.matcher_client import HEALTH_SERVICE, MatcherClient
from issuance.clients.printers_client import HEALTH_SERVICE as PRINTER_HEALTH_SERVICE
from issuance.domain.outage import OutageScope
from issuance.domain.outage_detection import OutageDetector
from issuance.domain.uncollected import CollectionPolicy
from issuance.use_cases.cancel_uncollected import CancelUncollected
from issuance.use_cases.compare_with_matcher import CompareWithMatcher
from issuance.use_cases.erase_personal_data import ErasePersonalData
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.reconcile_print_jobs import ReconcilePrintJobs
from issuance.use_cases.record_print_event import RecordPrintEvent
from issuance.workers.health_watcher import (
    HealthCheck,
    HealthSample,
    HealthWatcher,
    health_check,
    matcher_health,
    printer_health,
)
from issuance.workers.matcher_watcher import MatcherWatcher
from issuance.workers.office_follower import Listen, OfficeFollower
from issuance.workers.office_planner import OfficePlanner
from issuance.workers.periodic_task import run_periodically
from issuance.workers.print_event_listener import PrintEventListener

_ERASURE_PAUSE_SECONDS = 3600.0
_COLLECTION_PAUSE_SECONDS = 600.0


class Workers:
    """All workers. Raises OSError or ValueError for unusable files."""

    def __init__(self, parts: SharedParts) -> None:
        self._parts = parts
        self._outbox = OutboxWorkers(parts)

    @asynccontextmanager
    async def running(self, matcher: grpc.aio.Channel) -> AsyncIterator[None]:
        """Run everything that goes on while calls are served."""
        parts = self._parts
        settings = parts.settings
        follow = OfficeFollower(
            parts.offices,
            parts.store,
            parts.channels.follow,
            self._print_event_work(),
        )
        await follow()
        tasks = [
            asyncio.ensure_future(work)
            for work in [
                *self._outbox.work(matcher),
                *self._health_work(matcher),
                self._comparison_work(matcher),
                run_periodically("offices", follow, settings.plan_check_seconds),
                self._planning_work(),
                self._erasure_work(),
                self._collection_work(),
            ]
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await follow.stop()
            await parts.channels.close()

    def _print_event_work(self) -> Listen:
        """Return what listens to the printer of an office."""
        parts = self._parts
        record = RecordPrintEvent(parts.store, parts.apply_transition, parts.clock)
        reconcile = ReconcilePrintJobs(
            parts.store,
            parts.printers,
            record,
            parts.apply_transition,
            parts.clock,
        )

        def listen(office: str) -> Awaitable[None]:
            listener = PrintEventListener(office, parts.printers, reconcile, parts.store)
            pause = parts.settings.outbox_poll_seconds
            return run_periodically(f"print events of {office}", listener, pause)

        return listen

    def _health_work(self, matcher: grpc.aio.Channel) -> list[Awaitable[None]]:
        parts = self._parts
        timeout = parts.settings.health_check_seconds

        def printers() -> dict[str, HealthCheck]:
            return {
                office: health_check(channel, PRINTER_HEALTH_SERVICE, timeout)
                for office, channel in parts.channels.items()
            }

        of_matcher = matcher_health(health_check(matcher, HEALTH_SERVICE, timeout))
        return [
            self._watcher(OutageScope.MATCHER, of_matcher),
            self._watcher(OutageScope.PRINTING, printer_health(printers, parts.store)),
            self._watcher(OutageScope.TRAVEL_BAN_LIST, self._travel_ban_health),
        ]

    async def _travel_ban_health(self) -> dict[str, bool]:
        parts = self._parts
        return {"": await parts.travel_bans.is_current(parts.clock.now())}

    def _watcher(self, scope: OutageScope, sample: HealthSample) -> Awaitable[None]:
        parts = self._parts
        settings = parts.settings
        watcher = HealthWatcher(
            scope,
            sample,
            OutageDetector(
                timedelta(seconds=settings.outage_opens_after_seconds),
                timedelta(seconds=settings.outage_ends_after_seconds),
            ),
            parts.outages,
            parts.store,
            parts.clock,
            parts.real_now,
        )
        return run_periodically(f"{scope} health", watcher, settings.health_check_seconds)

    def _comparison_work(self, matcher: grpc.aio.Channel) -> Awaitable[None]:
        parts = self._parts
        settings = parts.settings
        compare = CompareWithMatcher(
            parts.store,
            MatcherClient(matcher, settings.call_timeout_seconds),
            parts.apply_transition,
            parts.clock,
            new_id,
        )
        watcher = MatcherWatcher(compare)
        return run_periodically("matcher's past", watcher, settings.health_check_seconds)

    def _planning_work(self) -> Awaitable[None]:
        parts = self._parts
        notify_and_release = NotifyAndRelease(
            parts.store,
            parts.apply_transition,
            parts.validity,
            parts.travel_bans,
        )
        planner = OfficePlanner(
            parts.offices,
            parts.store,
            parts.database.try_lock,
            notify_and_release,
            parts.clock,
        )
        return run_periodically("planning", planner, parts.settings.plan_check_seconds)

    def _collection_work(self) -> Awaitable[None]:
        parts = self._parts
        settings = parts.settings
        policy = CollectionPolicy(
            settings.collection_months, timedelta(days=settings.collection_reminder_days)
        )
        cancel = CancelUncollected(
            parts.store,
            parts.offices,
            parts.apply_transition,
            policy,
            parts.clock.now,
        )
        return run_periodically("uncollected passports", cancel, _COLLECTION_PAUSE_SECONDS)

    def _erasure_work(self) -> Awaitable[None]:
        parts = self._parts
        erase = ErasePersonalData(
            parts.store,
            parts.database,
            parts.clock,
            retention=timedelta(days=parts.settings.portrait_retention_days),
            idle_retention=timedelta(days=parts.settings.idle_portrait_retention_days),
            search_retention=timedelta(days=parts.settings.search_retention_days),
        )
        return run_periodically("erasure", erase, _ERASURE_PAUSE_SECONDS)
