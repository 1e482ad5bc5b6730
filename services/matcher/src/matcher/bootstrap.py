"""What does a running matcher consist of? The one place that puts its parts together."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from passport.matcher.v1 import (
    admin_pb2,
    admin_pb2_grpc,
    encounters_pb2,
    encounters_pb2_grpc,
    identification_pb2,
    identification_pb2_grpc,
)
from servicekit.grpc.server import Server
from servicekit.process.clock import make_clock
from servicekit.process.worker_pool import WorkerPool
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests
from servicekit.storage.idempotency_retention import purge_records_daily

from matcher.config import Settings
from matcher.domain.shortlist import SearchDepth
from matcher.index.following_index import FollowingIndex
from matcher.index.index_loader import IndexLoader
from matcher.models import ModelBundle
from matcher.service.admin import MatcherAdmin
from matcher.service.encounters import Encounters
from matcher.service.evidence import Evidence
from matcher.service.identification import Identification
from matcher.service.verification import Verification
from matcher.store.store import Store
from matcher.store.tables import idempotency_records
from matcher.use_cases.change_encounter import DeleteEncounter, SetEncounterStatus
from matcher.use_cases.draw_comparison import DrawComparison
from matcher.use_cases.enrol import Enrol
from matcher.use_cases.extract_fingers import AcceptanceLimits, ExtractFingers
from matcher.use_cases.get_status import GetStatus
from matcher.use_cases.identify import Identify
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe
from matcher.use_cases.search import Search
from matcher.use_cases.supervise_index import SuperviseIndex
from matcher.use_cases.verify import Verify

_SERVICES = [
    service
    for file in (encounters_pb2, identification_pb2, admin_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
]
_REQUIRED_LEVELS = {
    "passport.matcher.v1.MatcherAdmin": ServiceLevel.DOWN,
    "passport.matcher.v1.Identification": ServiceLevel.FULL,
}
"""Lowest level at which a gRPC service is reported as serving; VERIFY_ONLY for those not listed."""


@dataclass(frozen=True, slots=True)
class StoreAndIndex:
    """The database and the index over it: enough for maintenance, and the base of the server.

    pool: threads for extraction and comparison.
    """

    database: Database
    store: Store
    index: FollowingIndex
    pool: WorkerPool


@asynccontextmanager
async def open_store_and_index(
    settings: Settings, models: ModelBundle
) -> AsyncIterator[StoreAndIndex]:
    """Open the database, and an index that is loaded when it first catches up; close both."""
    database = Database(settings.database_url)
    store = Store(database, models.versions.embedding)
    pool = WorkerPool(settings.workers or os.cpu_count() or 1, settings.max_queued_work)
    index_pool = WorkerPool(1, settings.max_queued_work)
    loader = IndexLoader(store, index_pool, models, settings.snapshot_file)
    try:
        yield StoreAndIndex(database, store, FollowingIndex(loader, pool), pool)
    finally:
        pool.close()
        index_pool.close()
        await database.close()


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM, then save a snapshot.

    Raises what Server raises, and SQLAlchemyError if the database has no tables.
    """
    server = Server(settings, error_domain="passport.matcher", services=_SERVICES)
    models = ModelBundle.load()
    async with open_store_and_index(settings, models) as base:
        async with base.store.read() as records:
            await records.changes.head()
        readiness = Readiness()
        _add_services(settings, base, models, readiness, server)
        supervise_index = SuperviseIndex(
            base.store, base.index, readiness, settings.snapshot_interval_changes
        )

        async def report_health(level: ServiceLevel) -> None:
            for service in _SERVICES:
                required = _REQUIRED_LEVELS.get(service.full_name, ServiceLevel.VERIFY_ONLY)
                await server.set_serving(service.full_name, level >= required)
            await server.set_serving("", level >= ServiceLevel.VERIFY_ONLY)

        async def run_while_serving() -> None:
            await report_health(ServiceLevel.DOWN)
            await base.pool.run(models.warm_up)
            await supervise_index.run(settings.follow_interval_seconds)

        readiness.on_change(report_health)
        async with purge_records_daily(
            base.database, idempotency_records, settings.idempotency_retention_days
        ):
            await server.run(run_while_serving)
        await base.index.save_snapshot()


def _add_services(
    settings: Settings,
    base: StoreAndIndex,
    models: ModelBundle,
    readiness: Readiness,
    server: Server,
) -> None:
    store, pool, clock = base.store, base.pool, make_clock(settings)
    idempotent_requests = IdempotentRequests(base.database, idempotency_records)
    limits = AcceptanceLimits(settings.minimum_quality, settings.minimum_minutiae)
    extract = ExtractFingers(models, limits, pool, settings.store_images)
    resolve_probe = ResolveProbe(store, extract, pool, models.embedding)
    decision_maker = DecisionMaker(models, clock, lambda: uuid4().hex, settings.max_predicted_fnir)
    depth = SearchDepth(settings.max_persons_prefiltered, settings.max_persons_compared)
    search = Search(base.index, pool, models, decision_maker, depth)
    enrol = Enrol(store, extract, resolve_probe, search, readiness, clock, settings.target_fpir)
    identify = Identify(store, resolve_probe, search, readiness, settings.target_fpir)
    verify = Verify(
        store, resolve_probe, pool, models, decision_maker, readiness, settings.target_fmr
    )
    draw_comparison = DrawComparison(store, pool, models.comparator, readiness)
    get_status = GetStatus(store, base.index, models.versions, readiness, clock)
    encounters_pb2_grpc.add_EncountersServicer_to_server(
        Encounters(
            idempotent_requests, store, enrol, SetEncounterStatus(store), DeleteEncounter(store)
        ),
        server.grpc,
    )
    identification_pb2_grpc.add_IdentificationServicer_to_server(
        Identification(idempotent_requests, identify), server.grpc
    )
    identification_pb2_grpc.add_VerificationServicer_to_server(
        Verification(idempotent_requests, verify), server.grpc
    )
    identification_pb2_grpc.add_EvidenceServicer_to_server(
        Evidence(store, draw_comparison), server.grpc
    )
    admin_pb2_grpc.add_MatcherAdminServicer_to_server(MatcherAdmin(get_status), server.grpc)
