"""The one place where implementations are chosen and wired."""

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

from printer.clearances.verifier import JwsVerifier, load_keys
from printer.config import PrinterSettings
from printer.ipp.client import IppMachine
from printer.service.admin import PrinterAdmin
from printer.service.desk import Desk
from printer.service.machines import Machines
from printer.service.payload import PayloadReader
from printer.service.print_jobs import PrintJobs
from printer.service.stock import Stock
from printer.store.one_dispatcher import one_dispatcher
from printer.store.records import MIGRATIONS, SqlRecords, SqlStore
from printer.store.tables import idempotency_records
from printer.use_cases.assign import Assign
from printer.use_cases.bell import Bell
from printer.use_cases.create_print_job import CreatePrintJob
from printer.use_cases.dispatch import Dispatch
from printer.use_cases.floor import Floor
from printer.use_cases.tend import Tend
from printer.use_cases.watch import WatchPrintJobs

_BOOKMARK_SECONDS = 10.0


def prepare(config: Path | None) -> PrinterSettings:
    """Read the settings and bring their database to the newest schema.

    Raises OSError or ValueError when a file is missing or a setting makes no sense.
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
        # No connection is kept: one that a machine closed meanwhile would look like silence.
        connector = aiohttp.TCPConnector(force_close=True)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        desk = _desk(settings, database)
        pool = WorkerPool(settings.page_workers, settings.page_queue)
        stack.callback(pool.close)
        server = _server(settings, desk, session, pool)
        # A group: a service that cannot tend its machines any more must end, not look healthy.
        async with asyncio.TaskGroup() as tasks:
            dispatching = tasks.create_task(_dispatch(settings, desk, session))
            await server.run()
            dispatching.cancel()


def _desk(settings: PrinterSettings, database: Database) -> Desk:
    return Desk(
        office=settings.office,
        store=SqlStore(database),
        database=database,
        once=IdempotentRequests(database, idempotency_records),
        records=SqlRecords,
        floor=Floor(time.monotonic, settings.rest_seconds),
        clock=make_clock(settings),
        bell=Bell(),
    )


def _server(
    settings: PrinterSettings, desk: Desk, session: aiohttp.ClientSession, pool: WorkerPool
) -> Server:
    create = CreatePrintJob(
        verify=JwsVerifier(load_keys(settings.trusted_keys)),
        read_payload=PayloadReader(settings.issuing_state_name),
        office=settings.office,
        clock=desk.clock,
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
    watch = WatchPrintJobs(desk.store, desk.bell, _BOOKMARK_SECONDS)
    jobs_pb2_grpc.add_PrintJobsServicer_to_server(PrintJobs(desk, create, watch), server.grpc)
    machines = Machines(desk, lambda uri: _link(settings, session, uri))
    machines_pb2_grpc.add_MachinesServicer_to_server(machines, server.grpc)
    stock_pb2_grpc.add_StockServicer_to_server(Stock(desk), server.grpc)
    admin_pb2_grpc.add_PrinterAdminServicer_to_server(PrinterAdmin(desk), server.grpc)
    return server


async def _dispatch(settings: PrinterSettings, desk: Desk, session: aiohttp.ClientSession) -> None:
    tend = Tend(
        store=desk.store,
        links=lambda uri: _link(settings, session, uri),
        assign=Assign(desk.store, desk.floor, desk.clock, _new_id),
        floor=desk.floor,
        clock=desk.clock,
        bell=desk.bell,
        lose_after=settings.lose_after_seconds,
    )
    async with one_dispatcher(desk.database):
        await Dispatch(desk.store, tend, desk.bell, settings.poll_seconds).run()


def _link(settings: PrinterSettings, session: aiohttp.ClientSession, uri: str) -> IppMachine:
    return IppMachine(session, uri, settings.machine_timeout_seconds)


def _new_id() -> str:
    return str(uuid.uuid4())
