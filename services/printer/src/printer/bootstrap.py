"""The one place where the parts of the printer service are created and connected."""

import asyncio
import time
import uuid
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import aiohttp
from passport.printer.v1 import (
    admin_pb2,
    admin_pb2_grpc,
    history_pb2,
    history_pb2_grpc,
    jobs_pb2,
    jobs_pb2_grpc,
    machines_pb2,
    machines_pb2_grpc,
    stock_pb2,
    stock_pb2_grpc,
)
from servicekit.grpc.server import Server
from servicekit.process.clock import SystemClock, make_clock
from servicekit.process.metrics import metrics_read_by
from servicekit.process.worker_pool import WorkerPool
from servicekit.storage.database import Database, migrate
from servicekit.storage.idempotency import IdempotentRequests
from servicekit.storage.idempotency_retention import purge_records_daily
from servicekit.storage.write_probe import report_writability

from printer.chip.chip_issuer import ChipIssuer, load_chip_issuer
from printer.config import PrinterSettings
from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.retry_policy import RetryPolicy
from printer.ipp.client import IppPrinterClient
from printer.metrics import read_metrics
from printer.page.personalisation_data import PersonalisationDataReader
from printer.service.admin import PrinterAdmin
from printer.service.history import History
from printer.service.idempotent_changes import IdempotentChanges
from printer.service.machines import Machines
from printer.service.print_jobs import PrintJobs
from printer.service.stock import Stock
from printer.store.dispatch_epoch import begin_dispatch_epoch
from printer.store.dispatcher_lock import dispatcher_lock
from printer.store.records import MIGRATIONS, Store
from printer.store.tables.metadata import idempotency
from printer.trusted_keys import load_trusted_keys
from printer.use_cases.assign_next_job import AssignNextJob
from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.clearance_validity import ClearanceValidity
from printer.use_cases.create_print_job import CreatePrintJob
from printer.use_cases.dispatcher import Dispatcher
from printer.use_cases.erase_personal_data import erase_personal_data_daily
from printer.use_cases.fenced_printer_client import FencedPrinterClient
from printer.use_cases.hold_outdated_page import HoldOutdatedPage
from printer.use_cases.machine_address import MachineAddressCheck
from printer.use_cases.machine_driver import MachineDriver
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.make_page import MakePage
from printer.use_cases.read_page_image import ReadPageImage
from printer.use_cases.record_findings import RecordFailedAttempt
from printer.use_cases.watch_print_jobs import WatchPrintJobs

# The contract promises a bookmark at least every 15 seconds.
_BOOKMARK_SECONDS = 10.0


def prepare(config: Path | None) -> PrinterSettings:
    """Return the settings after migrating their database to the newest schema.

    Raises OSError or ValueError when a file is missing or a setting is not possible.
    """
    settings = PrinterSettings.load(config)
    migrate(settings.database_url, MIGRATIONS)
    return settings


async def restored(settings: PrinterSettings) -> None:
    """Record that the database was restored: nothing is printed until persons release it."""
    database = Database(settings.database_url)
    by = Attribution(PRINTER_SERVICE, make_clock(settings).now())
    try:
        async with Store(database).begin() as records:
            await records.restores.notice("told by `printer restored`", by)
    finally:
        await database.close()


async def serve(settings: PrinterSettings) -> None:
    """Serve an office until SIGTERM."""
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url, silence=settings.silence)
        stack.push_async_callback(database.close)
        await stack.enter_async_context(
            purge_records_daily(database, idempotency, settings.idempotency_retention_days)
        )
        # A new connection for each request: one that the machine closed in the meantime would look
        # like a request of unknown outcome.
        connector = aiohttp.TCPConnector(force_close=True)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        pool = WorkerPool(settings.page_workers, settings.page_queue)
        stack.callback(pool.close)
        parts = _SharedParts(settings, database, session)
        retention_days, refusal = settings.personal_data_retention_days, parts.validity.refusal
        await stack.enter_async_context(
            erase_personal_data_daily(database, parts.clock, retention_days, refusal)
        )
        server = _server(parts, pool)
        await stack.enter_async_context(report_writability(database, server.set_writable))
        read = partial(read_metrics, parts.store, parts.monitor, parts.clock)
        stack.enter_context(metrics_read_by(read))
        # A task group: a service that can no longer drive its machines must end, not look healthy.
        async with asyncio.TaskGroup() as tasks:
            dispatching = tasks.create_task(_dispatch(parts))
            await server.run(on_drain=parts.stop_dispatching)
            # A dispatcher ends by itself after the steps in progress; who waits to be one does not.
            if not parts.is_dispatcher:
                dispatching.cancel()


class _SharedParts:
    """What the server and the dispatcher share.

    is_dispatcher: whether this process drives the machines. stopping: set when it shall do so no
    more.
    """

    def __init__(
        self, settings: PrinterSettings, database: Database, session: aiohttp.ClientSession
    ) -> None:
        self.settings = settings
        self.database = database
        self.store = Store(database)
        self.signal = ChangeSignal()
        self.clock = make_clock(settings)
        self.monitor = MachineMonitor(time.time, settings.machine_backoff_seconds)
        self.is_dispatcher = False
        self.stopping = asyncio.Event()
        keys = load_trusted_keys(settings.trusted_keys)
        self.validity = ClearanceValidity(settings.office, keys)
        self._session = session

    def stop_dispatching(self) -> None:
        """Let the machines' steps in progress end, and begin no other."""
        self.stopping.set()
        self.signal.notify()

    def connect(self, uri: str, certificate_sha256: bytes | None) -> IppPrinterClient:
        """Return the client of the machine at an address that shows this certificate."""
        timeout = self.settings.machine_timeout_seconds
        return IppPrinterClient(self._session, uri, timeout, certificate_sha256)


def _server(parts: _SharedParts, pool: WorkerPool) -> Server:
    settings, store, clock = parts.settings, parts.store, parts.clock
    office, monitor = settings.office, parts.monitor
    create = CreatePrintJob(
        store=store,
        validity=parts.validity,
        read_payload=PersonalisationDataReader(settings.issuing_state_name),
        make_page=MakePage(_chip_issuer(settings)),
        clock=clock,
        pool=pool,
        new_id=_new_id,
    )
    services = [
        *jobs_pb2.DESCRIPTOR.services_by_name.values(),
        *machines_pb2.DESCRIPTOR.services_by_name.values(),
        *stock_pb2.DESCRIPTOR.services_by_name.values(),
        *history_pb2.DESCRIPTOR.services_by_name.values(),
        *admin_pb2.DESCRIPTOR.services_by_name.values(),
    ]
    server = Server(settings, error_domain="passport.printer", services=services)
    idempotent_requests = IdempotentRequests(parts.database, idempotency)
    changes = IdempotentChanges(office, store, idempotent_requests, parts.signal)
    watch = WatchPrintJobs(store, parts.signal, _BOOKMARK_SECONDS)
    record_failed_attempt = RecordFailedAttempt(settings.books_per_clearance)
    jobs = PrintJobs(
        office, store, changes, clock, create, watch, record_failed_attempt, ReadPageImage(pool)
    )
    jobs_pb2_grpc.add_PrintJobsServicer_to_server(jobs, server.grpc)
    check_address = MachineAddressCheck(settings.machine_networks)
    machines = Machines(
        office, store, changes, monitor, parts.connect, check_address, clock, _new_id
    )
    machines_pb2_grpc.add_MachinesServicer_to_server(machines, server.grpc)
    stock_pb2_grpc.add_StockServicer_to_server(Stock(office, store, changes, clock), server.grpc)
    history_pb2_grpc.add_HistoryServicer_to_server(History(office, store), server.grpc)
    admin = PrinterAdmin(office, store, changes, clock, monitor, parts.validity)
    admin_pb2_grpc.add_PrinterAdminServicer_to_server(admin, server.grpc)
    return server


async def _dispatch(parts: _SharedParts) -> None:
    settings = parts.settings
    retry = RetryPolicy(settings.job_backoff_seconds, settings.attempts_before_hold)
    async with dispatcher_lock(parts.database):
        by = Attribution(PRINTER_SERVICE, parts.clock.now())
        epoch = await begin_dispatch_epoch(parts.database, settings.machine_timeout_seconds, by)
        store = Store(parts.database, epoch)
        has_chips = settings.document_signer_certificate is not None
        refusal = HoldOutdatedPage(parts.validity.refusal, has_chips=has_chips)
        assign_next_job = AssignNextJob(
            store, parts.monitor, parts.clock, _new_id, refusal, retry.longest_backoff
        )

        def driver(machine_id: str) -> MachineDriver:
            return MachineDriver(
                machine_id,
                store=store,
                connect=lambda uri, pin: FencedPrinterClient(parts.connect(uri, pin), epoch),
                assign_next_job=assign_next_job,
                monitor=parts.monitor,
                clock=parts.clock,
                signal=parts.signal,
                outcome_unknown_after=settings.outcome_unknown_after_seconds,
                attempt_limit=settings.attempt_limit_seconds,
                retry=retry,
                now=SystemClock().now,
            )

        parts.is_dispatcher = True
        async with store.read() as records:
            parts.monitor.load(await records.machine_observations.all())
        parts.monitor.is_dispatcher = True
        dispatcher = Dispatcher(store, driver, parts.signal, settings.machine_poll_seconds)
        await dispatcher.run(parts.stopping)


def _chip_issuer(settings: PrinterSettings) -> ChipIssuer | None:
    match settings.document_signer_certificate, settings.document_signer_key:
        case Path() as certificate, str() as key if settings.csca_certificates is not None:
            return load_chip_issuer(certificate, key, settings.csca_certificates)
    return None


def _new_id() -> str:
    return str(uuid.uuid4())
