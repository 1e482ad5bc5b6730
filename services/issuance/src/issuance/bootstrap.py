"""The one place where implementations are chosen and wired."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import grpc
from passport.issuance.v1 import (
    accounts_pb2,
    accounts_pb2_grpc,
    adjudication_pb2,
    adjudication_pb2_grpc,
    admin_pb2,
    admin_pb2_grpc,
    applications_pb2,
    applications_pb2_grpc,
    documents_pb2,
    documents_pb2_grpc,
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
from servicekit.process.metrics import metrics_read_by
from servicekit.process.worker_pool import WorkerPool
from servicekit.security.identity import NATIONAL, server_name
from servicekit.security.tls import TlsFiles, read_certificate_identity
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests
from servicekit.storage.idempotency_retention import purge_records_daily
from servicekit.storage.write_probe import report_writability

from issuance.clients.clearance_signing import ClearanceSigner, load_key
from issuance.clients.finger_quality_client import FingerQualityClient
from issuance.clients.matcher_client import HEALTH_SERVICE, MatcherClient
from issuance.clients.notice_file import NoticeFile
from issuance.clients.notice_mail import MailServer, NoticeMail
from issuance.clients.personalisation import Personaliser
from issuance.clients.printer_channels import PrinterChannels
from issuance.clients.printers_client import HEALTH_SERVICE as PRINTER_HEALTH_SERVICE
from issuance.clients.printers_client import PrintersClient
from issuance.clients.travel_ban_file import TravelBanFile
from issuance.config import IssuanceSettings
from issuance.domain.circuit_breaker import CircuitPolicy
from issuance.domain.identification_rate import RateLimits
from issuance.domain.notice_delivery import QuietHours
from issuance.domain.outage import OutageScope
from issuance.domain.outage_detection import OutageDetector
from issuance.domain.outage_policy import DEFAULT_POLICY, OutagePolicy
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.portrait import AcceptedPhoto
from issuance.domain.portrait_exception import PortraitException
from issuance.domain.retry_policy import RetryPolicy
from issuance.domain.uncollected import CollectionPolicy
from issuance.metrics import read_metrics
from issuance.outage_policy_file import read_outage_policy
from issuance.portrait.face_detection import FaceDetector
from issuance.portrait.photo_check import PhotoCheck
from issuance.service.accounts import AccountsService
from issuance.service.adjudication import AdjudicationService
from issuance.service.admin import IssuanceAdminService
from issuance.service.application_watches import ApplicationWatches
from issuance.service.applications import ApplicationsService
from issuance.service.documents import DocumentsService
from issuance.service.idempotent_changes import IdempotentChanges
from issuance.service.offices import OfficesService
from issuance.service.outages import OutagesService
from issuance.service.schedule import ScheduleService
from issuance.store.records import Store
from issuance.store.tables.idempotency import idempotency
from issuance.tariff_file import read_tariff
from issuance.use_cases.application_steps import require_portraits
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.cancel_uncollected import CancelUncollected
from issuance.use_cases.compare_with_matcher import CompareWithMatcher
from issuance.use_cases.deliver_notice import DeliverNotice
from issuance.use_cases.document_numbers import DocumentNumbers
from issuance.use_cases.erase_portraits import ErasePortraits
from issuance.use_cases.identification_limit import (
    IDENTIFICATIONS,
    VERIFICATIONS,
    IdentificationLimit,
    RateOf,
)
from issuance.use_cases.identify import Identify
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.office_lifecycle import OfficeLifecycle, seed_offices
from issuance.use_cases.office_slots import (
    MatcherSlots,
    NoticeSlots,
    OfficeSlots,
    PrinterSlots,
    VerificationSlots,
)
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.use_cases.printer_address import CallRecordedPrinter
from issuance.use_cases.reconcile_print_jobs import ReconcilePrintJobs
from issuance.use_cases.record_print_event import RecordPrintEvent
from issuance.use_cases.set_encounter_status import SetEncounterStatus
from issuance.use_cases.submit_print_job import SubmitPrintJob
from issuance.use_cases.track_printer_calls import TrackPrinterCalls
from issuance.use_cases.travel_bans import TravelBans
from issuance.use_cases.verify import Verify, record_verifications
from issuance.use_cases.watch_applications import WatchApplications
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
from issuance.workers.outbox_worker import OutboxWorker
from issuance.workers.periodic_task import run_periodically
from issuance.workers.print_event_listener import PrintEventListener

SERVICES = [
    applications_pb2.DESCRIPTOR.services_by_name["Applications"],
    documents_pb2.DESCRIPTOR.services_by_name["Documents"],
    adjudication_pb2.DESCRIPTOR.services_by_name["Adjudication"],
    *schedule_pb2.DESCRIPTOR.services_by_name.values(),
    *outages_pb2.DESCRIPTOR.services_by_name.values(),
    *offices_pb2.DESCRIPTOR.services_by_name.values(),
    *accounts_pb2.DESCRIPTOR.services_by_name.values(),
    *admin_pb2.DESCRIPTOR.services_by_name.values(),
]

_BOOKMARK_SECONDS = 10.0
_ERASURE_PAUSE_SECONDS = 3600.0
_COLLECTION_PAUSE_SECONDS = 600.0


def new_id() -> str:
    """Return an id that is unique and cannot be guessed."""
    return uuid.uuid4().hex


def _notice_mail(settings: IssuanceSettings) -> NoticeMail | None:
    if not settings.mail_server:
        return None
    host, _, port = settings.mail_server.rpartition(":")
    password = settings.mail_password_file
    return NoticeMail(
        MailServer(
            host,
            int(port),
            settings.mail_sender,
            settings.mail_authority,
            settings.mail_user,
            password.read_text().split("\n")[0] if password else "",
            settings.call_timeout_seconds,
        )
    )


def _outage_policy(settings: IssuanceSettings) -> OutagePolicy:
    file = settings.outage_policy_file
    return DEFAULT_POLICY if file is None else read_outage_policy(file)


def _travel_ban_list(settings: IssuanceSettings) -> TravelBanFile | None:
    file, key = settings.travel_ban_file, settings.travel_ban_key
    return TravelBanFile(file, key) if file and key else None


class Issuance:
    """The service, wired by its settings. Raises OSError or ValueError for unusable files."""

    def __init__(self, settings: IssuanceSettings) -> None:
        self._settings = settings
        self._clock = make_clock(settings)
        self._real_now = SystemClock().now
        self._offices = OfficeDirectory(settings.expected_times)
        self._database = Database(settings.database_url)
        self._validity = settings.validity_rule()
        self._tariff = read_tariff(settings.tariff_file) if settings.tariff_file else None
        personaliser = Personaliser(settings.issuing_state, self._validity)
        self._store = Store(self._database, settings.replica)
        self._outage_policy = _outage_policy(settings)
        self._apply_transition = ApplyTransition(
            self._offices,
            personaliser,
            new_id,
            self._validity,
            self._outage_policy,
        )
        self._travel_bans = TravelBans(
            _travel_ban_list(settings),
            timedelta(hours=settings.travel_ban_longest_age_hours),
            self._apply_transition,
        )
        self._photo_check = PhotoCheck(FaceDetector())
        self._pool = WorkerPool(settings.portrait_workers, settings.portrait_queue)
        self._notice_mail = _notice_mail(settings)
        self._outages = OutageLifecycle(self._offices, new_id, self._outage_policy)
        self._channels = PrinterChannels(self._channel_to_printer, settings.call_timeout_seconds)
        self._printers = PrintersClient(self._channels, settings.call_timeout_seconds)
        self._clearances = ClearanceSigner(
            load_key(settings.clearance_key),
            settings.clearance_key_id,
            self._clock,
            timedelta(hours=settings.clearance_validity_hours),
        )

    async def serve(self) -> None:
        """Serve until stopped; tasks left in the outbox are done after the next start."""
        server = Server(self._settings, error_domain="passport.issuance", services=SERVICES)
        writability = report_writability(self._database, server.set_writable)
        metrics = metrics_read_by(
            partial(read_metrics, self._store, self._offices, self._clock, self._real_now)
        )
        async with self._channel(self._settings.matcher, "matcher", NATIONAL) as matcher:
            self._add_services(server, matcher)
            async with self._database_ready(), writability, self._workers(matcher):
                with metrics:
                    await server.run()

    @asynccontextmanager
    async def _database_ready(self) -> AsyncIterator[None]:
        try:
            async with self._store.begin() as records:
                now = self._clock.now()
                await seed_offices(records, self._settings.new_offices(now), now)
                await self._offices.refresh(records)
                await records.outages.apply_policy(self._outage_policy)
                await require_portraits(records, now, self._apply_transition)
                await records.outbox.abandon_leases()
            await record_verifications(self._store, self._outage_policy, self._apply_transition)
            async with purge_records_daily(
                self._database, idempotency, self._settings.idempotency_retention_days
            ):
                yield
        finally:
            self._pool.close()
            await self._database.close()

    def _add_services(self, server: Server, matcher: grpc.aio.Channel) -> None:
        store, clock, offices = self._store, self._clock, self._offices
        apply_transition = self._apply_transition
        lease = timedelta(seconds=self._settings.idempotency_lease_seconds)
        changes = IdempotentChanges(IdempotentRequests(self._database, idempotency, lease), store)
        applications_pb2_grpc.add_ApplicationsServicer_to_server(
            ApplicationsService(
                offices,
                store,
                changes,
                apply_transition,
                clock,
                new_id,
                self._check_photo,
                FingerQualityClient(matcher, self._settings.finger_quality_timeout_seconds).assess,
                DocumentNumbers(self._real_now),
                self._validity,
                self._tariff,
                self._travel_bans,
                self._watches(),
                self._outage_policy,
            ),
            server.grpc,
        )
        documents_pb2_grpc.add_DocumentsServicer_to_server(
            DocumentsService(offices, store, changes, clock), server.grpc
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
            OfficesService(
                offices,
                store,
                changes,
                OfficeLifecycle(
                    self._outages,
                    self._settings.most_printing_offices,
                    self._settings.country,
                ),
                clock,
                self._printers.books_per_working_day,
            ),
            server.grpc,
        )
        accounts_pb2_grpc.add_AccountsServicer_to_server(
            AccountsService(offices, store, changes, clock), server.grpc
        )
        admin_pb2_grpc.add_IssuanceAdminServicer_to_server(
            IssuanceAdminService(offices, store, changes, clock, self._real_now), server.grpc
        )

    def _watches(self) -> ApplicationWatches:
        watch = WatchApplications(
            self._store, self._offices, self._clock, self._real_now, new_id, _BOOKMARK_SECONDS
        )
        return ApplicationWatches(watch, self._settings.max_watches_per_caller)

    async def _check_photo(
        self, photo: bytes, exception: PortraitException | None
    ) -> AcceptedPhoto:
        return await self._pool.run(self._photo_check, photo, exception)

    @asynccontextmanager
    async def _workers(self, matcher: grpc.aio.Channel) -> AsyncIterator[None]:
        """Run everything that goes on while calls are served."""
        settings = self._settings
        follow = OfficeFollower(
            self._offices, self._store, self._channels.follow, self._print_event_work()
        )
        await follow()
        tasks = [
            asyncio.ensure_future(work)
            for work in [
                *self._outbox_work(matcher),
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
            await self._channels.close()

    def _channel(self, target: str, service: str, office: str) -> grpc.aio.Channel:
        """Open a channel to a service of an office, and to no other one at its address."""
        settings = self._settings
        tls = TlsFiles(settings.certificate, settings.private_key, settings.authority)
        country = read_certificate_identity(settings.certificate).country
        return open_channel(
            target,
            tls,
            server_name=server_name(service, office, country),
            max_message_bytes=settings.max_message_bytes,
        )

    def _channel_to_printer(self, office: str, address: str) -> grpc.aio.Channel:
        # Without the scheme, gRPC takes a host such as `unix` or `ipv4` for one.
        return self._channel(f"dns:///{address}", "printer", office)

    def _outbox_work(self, matcher: grpc.aio.Channel) -> list[Awaitable[None]]:
        settings, store = self._settings, self._store
        matcher_client = MatcherClient(matcher, settings.call_timeout_seconds)
        identify = Identify(
            store,
            matcher_client,
            self._apply_transition,
            self._clock,
            new_id,
            settings.strong_hit_score,
        )
        verify = Verify(
            store, matcher_client, self._outage_policy, self._apply_transition, self._clock
        )
        set_status = SetEncounterStatus(store, matcher_client, self._clock)
        submit = SubmitPrintJob(
            store,
            self._printers,
            self._clearances.sign,
            self._apply_transition,
            self._clock,
            new_id,
        )
        track = TrackPrinterCalls(
            submit,
            store,
            CircuitPolicy(
                settings.printer_failures_to_open_circuit,
                timedelta(seconds=settings.printer_probe_seconds),
            ),
            self._real_now,
        )
        submit_where_recorded = CallRecordedPrinter(track, store, self._channels.address)
        identifications = settings.max_concurrent_identifications
        status_calls = settings.max_concurrent_status_calls
        return [
            self._matcher_worker(
                OutboxTaskKind.IDENTIFY, identify, identifications, self._identification_limit()
            ),
            self._outbox_worker(
                OutboxTaskKind.VERIFY,
                verify,
                VerificationSlots(self._outage_policy),
                identifications,
                self._identification_limit(VERIFICATIONS),
            ),
            self._matcher_worker(OutboxTaskKind.SET_ENCOUNTER_STATUS, set_status, status_calls),
            self._outbox_worker(
                OutboxTaskKind.PRINT,
                submit_where_recorded,
                PrinterSlots(settings.max_concurrent_print_calls_per_office),
                settings.max_concurrent_print_calls,
            ),
            self._notice_work(),
        ]

    def _notice_work(self) -> Awaitable[None]:
        settings = self._settings
        file = NoticeFile(settings.notice_file) if settings.notice_file else None
        deliver = DeliverNotice(self._store, self._offices, self._notice_mail, file, self._clock)
        quiet = QuietHours(settings.quiet_from, settings.quiet_until)
        return self._outbox_worker(
            OutboxTaskKind.NOTIFY,
            deliver,
            NoticeSlots(self._offices, quiet, self._clock.now),
            settings.max_concurrent_notices,
        )

    def _matcher_worker(
        self,
        kind: OutboxTaskKind,
        attempt: Callable[[OutboxTask], Awaitable[None]],
        concurrency: int,
        limit: IdentificationLimit | None = None,
    ) -> Awaitable[None]:
        return self._outbox_worker(kind, attempt, MatcherSlots(kind), concurrency, limit)

    def _outbox_worker(
        self,
        kind: OutboxTaskKind,
        attempt: Callable[[OutboxTask], Awaitable[None]],
        slots: OfficeSlots,
        concurrency: int,
        limit: IdentificationLimit | None = None,
    ) -> Awaitable[None]:
        settings = self._settings
        policy = RetryPolicy(
            concurrency=concurrency,
            lease=timedelta(seconds=settings.lease_seconds),
            poll=settings.outbox_poll_seconds,
            first_pause=timedelta(seconds=settings.retry_first_seconds),
            longest_pause=timedelta(seconds=settings.retry_longest_seconds),
        )
        worker = OutboxWorker(kind, attempt, self._store, slots, policy, self._real_now, limit)
        return run_periodically(f"outbox {kind}", worker, settings.outbox_poll_seconds)

    def _identification_limit(self, rate_of: RateOf = IDENTIFICATIONS) -> IdentificationLimit:
        settings = self._settings
        limits = RateLimits(
            settings.identifications_per_second,
            ramp=timedelta(seconds=settings.identification_ramp_seconds),
            slow=timedelta(seconds=settings.identification_slow_seconds),
            canary=timedelta(seconds=settings.lease_seconds),
        )
        return IdentificationLimit(limits, self._real_now, rate_of)

    def _print_event_work(self) -> Listen:
        """Return what listens to the printer of an office."""
        record = RecordPrintEvent(self._store, self._apply_transition, self._clock)
        reconcile = ReconcilePrintJobs(
            self._store, self._printers, record, self._apply_transition, self._clock
        )

        def listen(office: str) -> Awaitable[None]:
            listener = PrintEventListener(office, self._printers, reconcile, self._store)
            pause = self._settings.outbox_poll_seconds
            return run_periodically(f"print events of {office}", listener, pause)

        return listen

    def _health_work(self, matcher: grpc.aio.Channel) -> list[Awaitable[None]]:
        timeout = self._settings.health_check_seconds

        def printers() -> dict[str, HealthCheck]:
            return {
                office: health_check(channel, PRINTER_HEALTH_SERVICE, timeout)
                for office, channel in self._channels.items()
            }

        of_matcher = matcher_health(health_check(matcher, HEALTH_SERVICE, timeout))
        return [
            self._watcher(OutageScope.MATCHER, of_matcher),
            self._watcher(OutageScope.PRINTING, printer_health(printers, self._store)),
            self._watcher(OutageScope.TRAVEL_BAN_LIST, self._travel_ban_health),
        ]

    async def _travel_ban_health(self) -> dict[str, bool]:
        return {"": await self._travel_bans.is_current(self._clock.now())}

    def _watcher(self, scope: OutageScope, sample: HealthSample) -> Awaitable[None]:
        settings = self._settings
        watcher = HealthWatcher(
            scope,
            sample,
            OutageDetector(
                timedelta(seconds=settings.outage_opens_after_seconds),
                timedelta(seconds=settings.outage_ends_after_seconds),
            ),
            self._outages,
            self._store,
            self._clock,
            self._real_now,
        )
        return run_periodically(f"{scope} health", watcher, settings.health_check_seconds)

    def _comparison_work(self, matcher: grpc.aio.Channel) -> Awaitable[None]:
        settings = self._settings
        compare = CompareWithMatcher(
            self._store,
            MatcherClient(matcher, settings.call_timeout_seconds),
            self._apply_transition,
            self._clock,
            new_id,
        )
        watcher = MatcherWatcher(compare)
        return run_periodically("matcher's past", watcher, settings.health_check_seconds)

    def _planning_work(self) -> Awaitable[None]:
        notify_and_release = NotifyAndRelease(
            self._store, self._apply_transition, self._validity, self._travel_bans
        )
        planner = OfficePlanner(
            self._offices, self._store, self._database.try_lock, notify_and_release, self._clock
        )
        return run_periodically("planning", planner, self._settings.plan_check_seconds)

    def _collection_work(self) -> Awaitable[None]:
        settings = self._settings
        policy = CollectionPolicy(
            settings.collection_months, timedelta(days=settings.collection_reminder_days)
        )
        cancel = CancelUncollected(
            self._store, self._offices, self._apply_transition, policy, self._clock.now
        )
        return run_periodically("uncollected passports", cancel, _COLLECTION_PAUSE_SECONDS)

    def _erasure_work(self) -> Awaitable[None]:
        erase = ErasePortraits(
            self._store,
            self._database,
            self._clock,
            retention=timedelta(days=self._settings.portrait_retention_days),
            idle_retention=timedelta(days=self._settings.idle_portrait_retention_days),
        )
        return run_periodically("portrait erasure", erase, _ERASURE_PAUSE_SECONDS)
