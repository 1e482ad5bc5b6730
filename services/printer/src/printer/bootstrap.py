"""The one place where the parts of the printer service are created and connected."""

import asyncio
import time
import uuid
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from passport.printer.v1 import (
    admin_pb2,
    admin_pb2_grpc,
    jobs_pb2,
    jobs_pb2_grpc,
    machines_pb2,
    machines_pb2_grpc,
    stock_pb2,
    stock_pb2_grpc,
)
from servicekit.grpc.server import Server
from servicekit.process.clock import make_clock
from servicekit.process.worker_pool import WorkerPool
from servicekit.storage.database import Database, migrate
from servicekit.storage.idempotency import IdempotentRequests
from servicekit.storage.idempotency_retention import purge_records_daily

from printer.config import PrinterSettings
from printer.domain.clearance import ClearanceVerifier
from printer.ipp.client import IppPrinterClient
from printer.page.personalisation_data import PersonalisationDataReader
from printer.service.admin import PrinterAdmin
from printer.service.idempotent_changes import IdempotentChanges
from printer.service.machines import Machines
from printer.service.print_jobs import PrintJobs
from printer.service.stock import Stock
from printer.store.dispatcher_lock import dispatcher_lock
from printer.store.records import MIGRATIONS, Store
from printer.store.tables import idempotency_records
from printer.trusted_keys import load_trusted_keys
from printer.use_cases.assign_next_job import AssignNextJob
from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.create_print_job import CreatePrintJob
from printer.use_cases.dispatcher import Dispatcher
from printer.use_cases.machine_driver import MachineDriver
from printer.use_cases.machine_monitor import MachineMonitor
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


async def serve(settings: PrinterSettings) -> None:
    """Serve an office until SIGTERM."""
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        await stack.enter_async_context(
            purge_records_daily(database, idempotency_records, settings.idempotency_retention_days)
        )
        # A new connection for each request: one that the machine closed in the meantime would look
        # like a request of unknown outcome.
        connector = aiohttp.TCPConnector(force_close=True)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        pool = WorkerPool(settings.page_workers, settings.page_queue)
        stack.callback(pool.close)
        parts = _SharedParts(settings, database, session)
        server = _server(parts, pool)
        # A task group: a service that can no longer drive its machines must end, not look healthy.
        async with asyncio.TaskGroup() as tasks:
            dispatching = tasks.create_task(_dispatch(parts))
            await server.run()
            dispatching.cancel()


class _SharedParts:
    """What the server and the dispatcher share."""

    def __init__(
        self, settings: PrinterSettings, database: Database, session: aiohttp.ClientSession
    ) -> None:
        self.settings = settings
        self.database = database
        self.store = Store(database)
        self.signal = ChangeSignal()
        self.clock = make_clock(settings)
        self.monitor = MachineMonitor(time.monotonic, settings.machine_backoff_seconds)
        self._session = session

    def connect(self, uri: str) -> IppPrinterClient:
        """Return the client of the machine at an address."""
        return IppPrinterClient(self._session, uri, self.settings.machine_timeout_seconds)


def _server(parts: _SharedParts, pool: WorkerPool) -> Server:
    settings, store, clock = parts.settings, parts.store, parts.clock
    office, monitor = settings.office, parts.monitor
    create = CreatePrintJob(
        verifier=ClearanceVerifier(load_trusted_keys(settings.trusted_keys), office),
        read_payload=PersonalisationDataReader(settings.issuing_state_name),
        clock=clock,
        pool=pool,
        new_id=_new_id,
    )
    services = [
        *jobs_pb2.DESCRIPTOR.services_by_name.values(),
        *machines_pb2.DESCRIPTOR.services_by_name.values(),
        *stock_pb2.DESCRIPTOR.services_by_name.values(),
        *admin_pb2.DESCRIPTOR.services_by_name.values(),
    ]
    server = Server(settings, error_domain="passport.printer", services=services)
    idempotent_requests = IdempotentRequests(parts.database, idempotency_records)
    changes = IdempotentChanges(office, store, idempotent_requests, parts.signal)
    watch = WatchPrintJobs(store, parts.signal, _BOOKMARK_SECONDS)
    jobs = PrintJobs(office, store, changes, clock, create, watch)
    jobs_pb2_grpc.add_PrintJobsServicer_to_server(jobs, server.grpc)
    machines = Machines(office, store, changes, monitor, parts.connect)
    machines_pb2_grpc.add_MachinesServicer_to_server(machines, server.grpc)
    stock_pb2_grpc.add_StockServicer_to_server(Stock(office, store, changes, clock), server.grpc)
    admin = PrinterAdmin(office, store, monitor)
    admin_pb2_grpc.add_PrinterAdminServicer_to_server(admin, server.grpc)
    return server


async def _dispatch(parts: _SharedParts) -> None:
    assign_next_job = AssignNextJob(parts.store, parts.monitor, parts.clock, _new_id)

    def driver(machine_id: str) -> MachineDriver:
        return MachineDriver(
            machine_id,
            store=parts.store,
            connect=parts.connect,
            assign_next_job=assign_next_job,
            monitor=parts.monitor,
            clock=parts.clock,
            signal=parts.signal,
            outcome_unknown_after=parts.settings.outcome_unknown_after_seconds,
        )

    async with dispatcher_lock(parts.database):
        poll_seconds = parts.settings.machine_poll_seconds
        await Dispatcher(parts.store, driver, parts.signal, poll_seconds).run()


def _new_id() -> str:
    return str(uuid.uuid4())
