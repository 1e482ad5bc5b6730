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
from servicekit.grpc.client_channel import TlsFiles, open_channel
from servicekit.grpc.server import Server
from servicekit.process.clock import SystemClock, make_clock
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests
from servicekit.storage.idempotency_retention import purge_records_daily

from issuance.clients.clearance import Clearances, load_key
from issuance.clients.matcher import IDENTIFICATION, GrpcMatcher
from issuance.clients.personalise import Personaliser
from issuance.clients.printer import GrpcPrinters
from issuance.config import IssuanceSettings
from issuance.domain.owed import Owed
from issuance.domain.states import Work
from issuance.domain.watch import Watch
from issuance.service.adjudication import AdjudicationService
from issuance.service.applications import ApplicationsService
from issuance.service.changes import Changes
from issuance.service.offices import IssuanceAdminService, OfficesService
from issuance.service.outages import OutagesService
from issuance.service.schedule import ScheduleService
from issuance.store.records import Store
from issuance.store.tables import idempotency_records
from issuance.use_cases.capacity import open_offices
from issuance.use_cases.identify import Identify, Settle
from issuance.use_cases.intake import Complete
from issuance.use_cases.move import Move
from issuance.use_cases.outages import Outages
from issuance.use_cases.printing import Print, TakeIn
from issuance.use_cases.promises import Promises
from issuance.workers.beat import forever
from issuance.workers.listener import Listener
from issuance.workers.owed import OwedWorker, Patience
from issuance.workers.planner import Planner
from issuance.workers.watcher import MatcherWatcher, health_of

SERVICES = [
    applications_pb2.DESCRIPTOR.services_by_name["Applications"],
    adjudication_pb2.DESCRIPTOR.services_by_name["Adjudication"],
    *schedule_pb2.DESCRIPTOR.services_by_name.values(),
    *outages_pb2.DESCRIPTOR.services_by_name.values(),
    *offices_pb2.DESCRIPTOR.services_by_name.values(),
    *admin_pb2.DESCRIPTOR.services_by_name.values(),
]


def new_id() -> str:
    """An id that nobody has used or will guess."""
    return uuid.uuid4().hex


class Issuance:
    """The service as its settings want it. Raises OSError or ValueError for unusable files."""

    def __init__(self, settings: IssuanceSettings) -> None:
        self._settings = settings
        self._clock = make_clock(settings)
        self._real_now = SystemClock().now
        self._offices = settings.office_map()
        self._database = Database(settings.database_url)
        self._store = Store(self._database, settings.replica)
        personaliser = Personaliser(settings.issuing_state, settings.passport_years)
        self._move = Move(self._offices, personaliser, new_id)
        self._outages = Outages(self._offices, new_id)
        self._clearances = Clearances(
            load_key(settings.clearance_key),
            settings.clearance_key_id,
            self._clock,
            timedelta(hours=settings.clearance_hours),
        )

    async def serve(self) -> None:
        """Serve until told to stop; whatever is owed then is done after the next start."""
        server = Server(self._settings, error_domain="passport.issuance", services=SERVICES)
        self._add_services(server)
        async with self._begun(), self._workers():
            await server.run()

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[None]:
        try:
            async with self._store.begin() as records:
                await open_offices(records, list(self._offices.values()), self._clock.now())
                await records.work.abandon_leases()
            async with purge_records_daily(
                self._database, idempotency_records, self._settings.idempotency_retention_days
            ):
                yield
        finally:
            await self._database.close()

    def _add_services(self, server: Server) -> None:
        store, clock, offices, move = self._store, self._clock, self._offices, self._move
        changes = Changes(IdempotentRequests(self._database, idempotency_records), store.records)
        complete = Complete(offices, move)
        applications_pb2_grpc.add_ApplicationsServicer_to_server(
            ApplicationsService(offices, store, changes, move, complete, clock, new_id),
            server.grpc,
        )
        adjudication_pb2_grpc.add_AdjudicationServicer_to_server(
            AdjudicationService(store, changes, move, clock), server.grpc
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
        """Everything that goes on beside the calls."""
        settings = self._settings
        async with AsyncExitStack() as channels:
            matcher = await channels.enter_async_context(self._channel(settings.matcher))
            printers = {
                office.id: await channels.enter_async_context(self._channel(office.printer))
                for office in settings.offices
                if office.printer
            }
            tasks = [asyncio.ensure_future(work) for work in self._work(matcher, printers)]
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

    def _work(
        self, matcher: grpc.aio.Channel, printers: dict[str, grpc.aio.Channel]
    ) -> list[Awaitable[None]]:
        settings, store, move, clock = self._settings, self._store, self._move, self._clock
        asked = GrpcMatcher(matcher, settings.call_seconds)
        shops = GrpcPrinters(printers, self._clearances, settings.call_seconds)
        take_in = TakeIn(store, move, clock)
        promises = Promises(store, move)
        planner = Planner(self._offices, store, self._database.try_lock, promises, clock)
        many, few = settings.identifications_at_once, settings.prints_at_once
        return [
            self._owed(Work.IDENTIFY, Identify(store, asked, move, clock, new_id), many),
            self._owed(Work.SETTLE, Settle(store, asked), few),
            self._owed(Work.PRINT, Print(store, shops, new_id), few),
            forever("watcher", self._watcher(matcher), settings.health_seconds),
            forever("planner", planner, settings.plan_seconds),
            *(
                forever(
                    f"listener {id}", Listener(id, shops, take_in, store), settings.poll_seconds
                )
                for id in shops.offices
            ),
        ]

    def _owed(
        self, kind: Work, attempt: Callable[[Owed], Awaitable[None]], at_once: int
    ) -> Awaitable[None]:
        settings = self._settings
        patience = Patience(
            at_once=at_once,
            lease=timedelta(seconds=settings.lease_seconds),
            poll=settings.poll_seconds,
            first=timedelta(seconds=settings.retry_first_seconds),
            longest=timedelta(seconds=settings.retry_longest_seconds),
        )
        offices = list(self._offices)
        worker = OwedWorker(kind, attempt, self._store, offices, patience, self._real_now)
        return forever(kind, worker, settings.poll_seconds)

    def _watcher(self, matcher: grpc.aio.Channel) -> MatcherWatcher:
        settings = self._settings
        return MatcherWatcher(
            health_of(matcher, IDENTIFICATION, settings.health_seconds),
            Watch(
                timedelta(seconds=settings.outage_opens_seconds),
                timedelta(seconds=settings.outage_ends_seconds),
            ),
            self._outages,
            self._store,
            self._clock,
            self._real_now,
        )
