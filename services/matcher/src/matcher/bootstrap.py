"""The one place where implementations are chosen and put together."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import numpy as np
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

from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.config import Settings
from matcher.domain.biometrics import Embedding
from matcher.domain.shortlist import SearchDepth
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.index.following_index import FollowingIndex
from matcher.index.index_loader import IndexLoader, IndexModels
from matcher.models import ModelBundle
from matcher.service.admin import MatcherAdmin
from matcher.service.encounters import Encounters
from matcher.service.identification import Evidence, Identification, Verification
from matcher.store.store import Store
from matcher.store.tables import idempotency_records
from matcher.use_cases import curate, draw_comparison, enrol, get_status, identify, search, verify
from matcher.use_cases.extract_fingers import AcceptanceLimits, ExtractFingers, read_template
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe
from matcher.use_cases.supervise_index import IndexSupervisor

_SERVICES = [
    service
    for file in (encounters_pb2, identification_pb2, admin_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
]
_LEAST_LEVEL = {
    "passport.matcher.v1.MatcherAdmin": ServiceLevel.DOWN,
    "passport.matcher.v1.Identification": ServiceLevel.FULL,
}


@dataclass(frozen=True, slots=True)
class StoreAndIndex:
    """The database and the index over it, without anything that serves."""

    database: Database
    store: Store
    follower: FollowingIndex
    pool: WorkerPool


@asynccontextmanager
async def open_store_and_index(
    settings: Settings, models: ModelBundle
) -> AsyncIterator[StoreAndIndex]:
    """Open the database and an index that is not loaded yet."""
    database = Database(settings.database_url)
    store = Store(database, models.versions.embedding)
    workers = settings.workers or os.cpu_count() or 1
    pool, following = (
        WorkerPool(workers, settings.max_queued_work),
        WorkerPool(1, settings.max_queued_work),
    )
    index_models = IndexModels(
        partial(_embed_all, models.embedding),
        models.versions.embedding,
        partial(_prepare_all, models.comparator),
        models.versions.comparison,
    )
    loader = IndexLoader(store, following, index_models, settings.snapshot_file)
    try:
        yield StoreAndIndex(database, store, FollowingIndex(loader, pool), pool)
    finally:
        pool.close()
        following.close()
        await database.close()


async def serve(settings: Settings) -> None:
    """Serve until told to stop; raises what Server raises, or SQLAlchemyError without a schema."""
    server = Server(settings, error_domain="passport.matcher", services=_SERVICES)
    models = ModelBundle.load()
    async with open_store_and_index(settings, models) as base:
        async with base.store.read() as records:
            await records.changes.head()
        readiness = Readiness()
        _add_services(settings, base, readiness, models, server)
        supervision = IndexSupervisor(
            base.store, base.follower, readiness, settings.snapshot_interval_changes
        )

        async def tell(level: ServiceLevel) -> None:
            for service in _SERVICES:
                least = _LEAST_LEVEL.get(service.full_name, ServiceLevel.VERIFY_ONLY)
                await server.set_serving(service.full_name, level >= least)
            await server.set_serving("", level >= ServiceLevel.VERIFY_ONLY)

        async def live() -> None:
            await tell(ServiceLevel.DOWN)
            await base.pool.run(models.warm_up)
            await supervision.run(settings.follow_interval_seconds)

        readiness.tell(tell)
        async with purge_records_daily(
            base.database, idempotency_records, settings.idempotency_retention_days
        ):
            await server.run(live)
        await base.follower.save()


def _add_services(
    settings: Settings,
    base: StoreAndIndex,
    readiness: Readiness,
    models: ModelBundle,
    server: Server,
) -> None:
    store, pool, clock = base.store, base.pool, make_clock(settings)
    once = IdempotentRequests(base.database, idempotency_records)
    gate = AcceptanceLimits(settings.minimum_quality, settings.minimum_minutiae)
    capture = ExtractFingers(models, gate, pool, settings.store_images)
    probing = ResolveProbe(store, capture, pool, models.embedding)
    judge = DecisionMaker(models, clock, lambda: uuid4().hex, settings.max_predicted_fnir)
    reach = SearchDepth(settings.max_persons_prefiltered, settings.max_persons_compared)
    searching = search.Search(base.follower, pool, models, judge, reach)
    enrolling = enrol.Enrol(
        store, capture, probing, searching, readiness, clock, settings.target_fpir
    )
    identifying = identify.Identify(store, probing, searching, readiness, settings.target_fpir)
    verifying = verify.Verify(store, probing, pool, models, judge, readiness, settings.target_fmr)
    showing = draw_comparison.Evidence(store, pool, models.comparator, readiness)
    telling = get_status.GetStatus(store, base.follower, readiness, clock, models.versions)
    encounters = Encounters(once, enrolling, curate.Curate(store))
    encounters_pb2_grpc.add_EncountersServicer_to_server(encounters, server.grpc)
    identification_pb2_grpc.add_IdentificationServicer_to_server(
        Identification(once, identifying), server.grpc
    )
    identification_pb2_grpc.add_VerificationServicer_to_server(
        Verification(once, verifying), server.grpc
    )
    identification_pb2_grpc.add_EvidenceServicer_to_server(Evidence(showing), server.grpc)
    admin_pb2_grpc.add_MatcherAdminServicer_to_server(MatcherAdmin(telling), server.grpc)


def _embed_all(network: EmbeddingNetwork, templates: Sequence[bytes]) -> list[Embedding]:
    return list(network.embed_many([*map(read_template, templates)]).astype(np.float16))


def _prepare_all(comparator: Comparator, templates: Sequence[bytes]) -> list[PreparedFinger]:
    return [comparator.prepare(read_template(template)) for template in templates]
