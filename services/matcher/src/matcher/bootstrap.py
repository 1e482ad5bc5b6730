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
from servicekit.process.clock import clock_from
from servicekit.process.worker_pool import WorkerPool
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests
from servicekit.storage.request_retention import forgetting_requests

from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.config import Settings
from matcher.domain.biometrics import Embedding
from matcher.domain.gallery import Reach
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.index.follower import Follower
from matcher.index.loading import Loader, Models
from matcher.models import ModelBundle
from matcher.service.admin import MatcherAdmin
from matcher.service.encounters import Encounters
from matcher.service.identification import Evidence, Identification, Verification
from matcher.store.store import Store
from matcher.store.tables import requests
from matcher.supervision import Supervision
from matcher.use_cases import curate, enrol, evidence, identify, search, status, verify
from matcher.use_cases.capture import Capture, Gate, read_template
from matcher.use_cases.judge import Judge
from matcher.use_cases.probing import Probing
from matcher.use_cases.readiness import Level, Readiness

_SERVICES = [
    service
    for file in (encounters_pb2, identification_pb2, admin_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
]
_LEAST_LEVEL = {
    "passport.matcher.v1.MatcherAdmin": Level.DOWN,
    "passport.matcher.v1.Identification": Level.FULL,
}


@dataclass(frozen=True, slots=True)
class Truth:
    """The database and the index over it, without anything that serves."""

    database: Database
    store: Store
    follower: Follower
    pool: WorkerPool


@asynccontextmanager
async def truth(settings: Settings, models: ModelBundle) -> AsyncIterator[Truth]:
    """Open the database and an index that is not loaded yet."""
    database = Database(settings.database_url)
    store = Store(database, models.versions.embedding)
    workers = settings.workers or os.cpu_count() or 1
    pool, following = WorkerPool(workers, settings.queue), WorkerPool(1, settings.queue)
    makers = Models(
        partial(_embed_all, models.embedding),
        models.versions.embedding,
        partial(_prepare_all, models.comparator),
        models.versions.comparison,
    )
    loader = Loader(store, following, makers, settings.snapshot_file)
    try:
        yield Truth(database, store, Follower(loader, pool), pool)
    finally:
        pool.close()
        following.close()
        await database.close()


async def serve(settings: Settings) -> None:
    """Serve until told to stop; raises what Server raises, or SQLAlchemyError without a schema."""
    server = Server(settings, domain="passport.matcher", services=_SERVICES)
    models = ModelBundle.load()
    async with truth(settings, models) as base:
        async with base.store.read() as records:
            await records.changes.head()
        readiness = Readiness()
        _add_services(settings, base, readiness, models, server)
        supervision = Supervision(base.store, base.follower, readiness, settings.snapshot_every)

        async def tell(level: Level) -> None:
            for service in _SERVICES:
                least = _LEAST_LEVEL.get(service.full_name, Level.VERIFY_ONLY)
                await server.set_serving(service.full_name, level >= least)
            await server.set_serving("", level >= Level.VERIFY_ONLY)

        async def live() -> None:
            await tell(Level.DOWN)
            await base.pool.run(models.warm_up)
            await supervision.run(settings.follow_seconds)

        readiness.tell(tell)
        async with forgetting_requests(base.database, requests, settings.keep_requests_days):
            await server.run(live)
        await base.follower.save()


def _add_services(
    settings: Settings, base: Truth, readiness: Readiness, models: ModelBundle, server: Server
) -> None:
    store, pool, clock = base.store, base.pool, clock_from(settings)
    once = IdempotentRequests(base.database, requests)
    gate = Gate(settings.minimum_quality, settings.minimum_minutiae)
    capture = Capture(models, gate, pool, settings.keep_images)
    probing = Probing(store, capture, pool, models.embedding)
    judge = Judge(models, clock, lambda: uuid4().hex, settings.most_predicted_fnir)
    reach = Reach(settings.persons_prefiltered, settings.persons_compared)
    searching = search.Search(base.follower, pool, models, judge, reach)
    enrolling = enrol.Enrol(
        store, capture, probing, searching, readiness, clock, settings.target_fpir
    )
    identifying = identify.Identify(store, probing, searching, readiness, settings.target_fpir)
    verifying = verify.Verify(store, probing, pool, models, judge, readiness, settings.target_fmr)
    showing = evidence.Evidence(store, pool, models.comparator, readiness)
    telling = status.Status(store, base.follower, readiness, clock)
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
