"""The one place where implementations are chosen and wired."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import grpc
from passport.issuance.v1 import (
    adjudication_pb2,
    adjudication_pb2_grpc,
    admin_pb2,
    admin_pb2_grpc,
    applications_pb2,
    applications_pb2_grpc,
    offices_pb2,
    offices_pb2_grpc,
    outages_pb2,
    outages_pb2_grpc,
    schedule_pb2,
    schedule_pb2_grpc,
)
from servicekit.grpc.client_channel import open_channel
from servicekit.grpc.server import Server
from servicekit.process.clock import SystemClock, make_clock
from servicekit.security.tls import TlsFiles
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests
from servicekit.storage.idempotency_retention import purge_records_daily

from issuance.clients.clearance_signing import ClearanceSigner, load_key
from issuance.clients.matcher_client import HEALTH_SERVICE, MatcherClient
from issuance.clients.personalisation import Personaliser
from issuance.clients.printers_client import PrintersClient
from issuance.config import IssuanceSettings
from issuance.domain.outage_detection import OutageDetector
from issuance.domain.outbox import OutboxTask
from issuance.domain.retry_policy import RetryPolicy
from issuance.domain.states import OutboxTaskKind
from issuance.service.adjudication import AdjudicationService
from issuance.service.admin import IssuanceAdminService
from issuance.service.applications import ApplicationsService
from issuance.service.idempotent_changes import IdempotentChanges
from issuance.service.offices import OfficesService
from issuance.service.outages import OutagesService
from issuance.service.schedule import ScheduleService
from issuance.store.records import Store
from issuance.store.tables import idempotency_records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.identify import Identify
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.use_cases.print_capacity import add_new_offices
from issuance.use_cases.record_print_event import RecordPrintEvent
from issuance.use_cases.set_encounter_status import SetEncounterStatus
from issuance.use_cases.submit_print_job import SubmitPrintJob
from issuance.workers.matcher_health_watcher import MatcherHealthWatcher, health_check
from issuance.workers.office_planner import OfficePlanner
from issuance.workers.outbox_worker import OutboxWorker
from issuance.workers.periodic_task import run_periodically
from issuance.workers.print_event_listener import PrintEventListener

SERVICES = [
    applications_pb2.DESCRIPTOR.services_by_name["Applications"],
    adjudication_pb2.DESCRIPTOR.services_by_name["Adjudication"],
    *schedule_pb2.DESCRIPTOR.services_by_name.values(),
    *outages_pb2.DESCRIPTOR.services_by_name.values(),
    *offices_pb2.DESCRIPTOR.services_by_name.values(),
    *admin_pb2.DESCRIPTOR.services_by_name.values(),
]


def new_id() -> str:
    """Return an id that is unique and cannot be guessed."""
    return uuid.uuid4().hex


class Issuance:
    """The service, wired by its settings. Raises OSError or ValueError for unusable files."""

    def __init__(self, settings: IssuanceSettings) -> None:
        self._settings = settings
        self._clock = make_clock(settings)
        self._real_now = SystemClock().now
        self._offices = settings.office_map()
        self._database = Database(settings.database_url)
        self._store = Store(self._database, settings.replica)
        personaliser = Personaliser(settings.issuing_state, settings.passport_validity_years)
        self._apply_transition = ApplyTransition(self._offices, personaliser, new_id)
        self._outages = OutageLifecycle(self._offices, new_id)
        self._clearances = ClearanceSigner(
            load_key(settings.clearance_key),
            settings.clearance_key_id,
            self._clock,
            timedelta(hours=settings.clearance_validity_hours),
        )

    async def serve(self) -> None:
        """Serve until stopped; tasks left in the outbox are done after the next start."""
        server = Server(self._settings, error_domain="passport.issuance", services=SERVICES)
        self._add_services(server)
        async with self._database_ready(), self._workers():
            await server.run()

    @asynccontextmanager
    async def _database_ready(self) -> AsyncIterator[None]:
        try:
            async with self._store.begin() as records:
                await add_new_offices(records, self._offices.values(), self._clock.now())
                await records.outbox.abandon_leases()
            async with purge_records_daily(
                self._database, idempotency_records, self._settings.idempotency_retention_days
            ):
                yield
        finally:
            await self._database.close()

    def _add_services(self, server: Server) -> None:
        store, clock, offices = self._store, self._clock, self._offices
        apply_transition = self._apply_transition
        changes = IdempotentChanges(IdempotentRequests(self._database, idempotency_records), store)
        applications_pb2_grpc.add_ApplicationsServicer_to_server(
            ApplicationsService(offices, store, changes, apply_transition, clock, new_id),
            server.grpc,
        )
        adjudication_pb2_grpc.add_AdjudicationServicer_to_server(
            AdjudicationService(store, changes, apply_transition, clock), server.grpc
        )
        schedule_pb2_grpc.add_ScheduleServicer_to_server(
            ScheduleService(offices, store, clock), server.grpc
        )
        outages_pb2_grpc.add_OutagesServicer_to_server(
            OutagesService(store, changes, self._outages, clock), server.grpc
        )
        offices_pb2_grpc.add_OfficesServicer_to_server(
            OfficesService(offices, store, changes, clock), server.grpc
        )
        admin_pb2_grpc.add_IssuanceAdminServicer_to_server(
            IssuanceAdminService(store, clock, self._real_now), server.grpc
        )

    @asynccontextmanager
    async def _workers(self) -> AsyncIterator[None]:
        """Run everything that goes on while calls are served."""
        settings = self._settings
        async with AsyncExitStack() as channels:
            matcher = await channels.enter_async_context(self._channel(settings.matcher))
            printers = {
                office.id: await channels.enter_async_context(self._channel(office.printer))
                for office in settings.offices
                if office.printer
            }
            tasks = [
                asyncio.ensure_future(work)
                for work in [
                    *self._outbox_work(matcher, printers),
                    *self._print_event_work(printers),
                    self._health_work(matcher),
                    self._planning_work(),
                ]
            ]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _channel(self, target: str) -> grpc.aio.Channel:
        settings = self._settings
        tls = TlsFiles(settings.certificate, settings.private_key, settings.authority)
        return open_channel(target, tls, max_message_bytes=settings.max_message_bytes)

    def _outbox_work(
        self, matcher: grpc.aio.Channel, printers: dict[str, grpc.aio.Channel]
    ) -> list[Awaitable[None]]:
        settings, store = self._settings, self._store
        matcher_client = MatcherClient(matcher, settings.call_timeout_seconds)
        printers_client = PrintersClient(printers, settings.call_timeout_seconds)
        identify = Identify(store, matcher_client, self._apply_transition, self._clock, new_id)
        set_status = SetEncounterStatus(store, matcher_client)
        submit = SubmitPrintJob(store, printers_client, self._clearances.sign, new_id)
        identifications = settings.max_concurrent_identifications
        prints = settings.max_concurrent_print_calls
        return [
            self._outbox_worker(OutboxTaskKind.IDENTIFY, identify, identifications),
            self._outbox_worker(OutboxTaskKind.SET_ENCOUNTER_STATUS, set_status, prints),
            self._outbox_worker(OutboxTaskKind.PRINT, submit, prints),
        ]

    def _outbox_worker(
        self,
        kind: OutboxTaskKind,
        attempt: Callable[[OutboxTask], Awaitable[None]],
        concurrency: int,
    ) -> Awaitable[None]:
        settings = self._settings
        policy = RetryPolicy(
            concurrency=concurrency,
            lease=timedelta(seconds=settings.lease_seconds),
            poll=settings.outbox_poll_seconds,
            first_pause=timedelta(seconds=settings.retry_first_seconds),
            longest_pause=timedelta(seconds=settings.retry_longest_seconds),
        )
        offices = list(self._offices)
        worker = OutboxWorker(kind, attempt, self._store, offices, policy, self._real_now)
        return run_periodically(f"outbox {kind}", worker, settings.outbox_poll_seconds)

    def _print_event_work(self, printers: dict[str, grpc.aio.Channel]) -> list[Awaitable[None]]:
        settings = self._settings
        client = PrintersClient(printers, settings.call_timeout_seconds)
        record = RecordPrintEvent(self._store, self._apply_transition, self._clock)
        return [
            run_periodically(
                f"print events of {office}",
                PrintEventListener(office, client, record, self._store),
                settings.outbox_poll_seconds,
            )
            for office in sorted(printers)
        ]

    def _health_work(self, matcher: grpc.aio.Channel) -> Awaitable[None]:
        settings = self._settings
        watcher = MatcherHealthWatcher(
            health_check(matcher, HEALTH_SERVICE, settings.health_check_seconds),
            OutageDetector(
                timedelta(seconds=settings.outage_opens_after_seconds),
                timedelta(seconds=settings.outage_ends_after_seconds),
            ),
            self._outages,
            self._store,
            self._clock,
            self._real_now,
        )
        return run_periodically("matcher health", watcher, settings.health_check_seconds)

    def _planning_work(self) -> Awaitable[None]:
        notify_and_release = NotifyAndRelease(self._store, self._apply_transition)
        planner = OfficePlanner(
            self._offices, self._store, self._database.try_lock, notify_and_release, self._clock
        )
        return run_periodically("planning", planner, self._settings.plan_check_seconds)
