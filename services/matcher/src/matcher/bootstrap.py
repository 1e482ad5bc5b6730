"""The one place where implementations are chosen and put together."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
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

from matcher.comparison import compare
from matcher.config import Settings
from matcher.domain.biometrics import Embedding
from matcher.domain.gallery import Reach
from matcher.embedding import embedding
from matcher.extraction.extractor import Extractor
from matcher.index.follower import Follower
from matcher.index.loading import Loader, Models
from matcher.service.admin import MatcherAdmin
from matcher.service.encounters import Encounters
from matcher.service.identification import Evidence, Identification, Verification
from matcher.store.store import Store
from matcher.store.tables import idempotency_records
from matcher.supervision import Supervision
from matcher.use_cases import curate, enrol, evidence, identify, search, status, verify
from matcher.use_cases.capture import Capture, Gate, read_template
from matcher.use_cases.judge import Judge
from matcher.use_cases.probing import Probing
from matcher.use_cases.readiness import Level, Readiness
from matcher.warm import warm

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
async def truth(settings: Settings) -> AsyncIterator[Truth]:
    """Open the database and an index that is not loaded yet."""
    database = Database(settings.database_url)
    store = Store(database, embedding.VERSION)
    workers = settings.workers or os.cpu_count() or 1
    pool, following = WorkerPool(workers, settings.queue), WorkerPool(1, settings.queue)
    models = Models(_embed_all, embedding.VERSION, _prepare_all, compare.VERSION)
    loader = Loader(store, following, models, settings.snapshot_file)
    try:
        yield Truth(database, store, Follower(loader, pool), pool)
    finally:
        pool.close()
        following.close()
        await database.close()


async def serve(settings: Settings) -> None:
    """Serve until told to stop; raises what Server raises, or SQLAlchemyError without a schema."""
    server = Server(settings, error_domain="passport.matcher", services=_SERVICES)
    async with truth(settings) as base:
        async with base.store.read() as records:
            await records.changes.head()
        readiness = Readiness()
        extractor = Extractor()
        _add_services(settings, base, readiness, extractor, server)
        supervision = Supervision(base.store, base.follower, readiness, settings.snapshot_every)

        async def tell(level: Level) -> None:
            for service in _SERVICES:
                least = _LEAST_LEVEL.get(service.full_name, Level.VERIFY_ONLY)
                await server.set_serving(service.full_name, level >= least)
            await server.set_serving("", level >= Level.VERIFY_ONLY)

        async def live() -> None:
            await tell(Level.DOWN)
            await base.pool.run(warm, extractor)
            await supervision.run(settings.follow_seconds)

        readiness.tell(tell)
        async with purge_records_daily(
            base.database, idempotency_records, settings.idempotency_retention_days
        ):
            await server.run(live)
        await base.follower.save()


def _add_services(
    settings: Settings, base: Truth, readiness: Readiness, extractor: Extractor, server: Server
) -> None:
    store, pool, clock = base.store, base.pool, make_clock(settings)
    once = IdempotentRequests(base.database, idempotency_records)
    gate = Gate(settings.minimum_quality, settings.minimum_minutiae)
    capture = Capture(extractor, gate, pool, settings.keep_images)
    probing = Probing(store, capture, pool)
    judge = Judge(clock, lambda: uuid4().hex, settings.most_predicted_fnir)
    reach = Reach(settings.persons_prefiltered, settings.persons_compared)
    searching = search.Search(base.follower, pool, judge, reach)
    enrolling = enrol.Enrol(
        store, capture, probing, searching, readiness, clock, settings.target_fpir
    )
    identifying = identify.Identify(store, probing, searching, readiness, settings.target_fpir)
    verifying = verify.Verify(store, probing, pool, judge, readiness, settings.target_fmr)
    showing = evidence.Evidence(store, pool, readiness)
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


def _embed_all(templates: Sequence[bytes]) -> list[Embedding]:
    return list(embedding.embed_many([*map(read_template, templates)]).astype(np.float16))


def _prepare_all(templates: Sequence[bytes]) -> list[compare.Prepared]:
    return [compare.prepare(read_template(template)) for template in templates]
