"""What does a running matcher consist of? The one place that puts its servicers together."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from google.longrunning import operations_pb2, operations_pb2_grpc
from passport.matcher.v1 import (
    admin_pb2,
    admin_pb2_grpc,
    biometrics_pb2,
    biometrics_pb2_grpc,
    calibration_pb2,
    calibration_pb2_grpc,
    encounters_pb2,
    encounters_pb2_grpc,
    galleries_pb2,
    galleries_pb2_grpc,
    identification_pb2,
    identification_pb2_grpc,
)
from servicekit.grpc.server import Server
from servicekit.process.clock import make_clock
from servicekit.process.metrics import metrics_read_by
from servicekit.process.settings import MEBIBYTE
from servicekit.storage.idempotency import IdempotentRequests
from servicekit.storage.idempotency_retention import purge_records_daily
from servicekit.storage.notifications import notifications
from servicekit.storage.write_probe import report_writability

from matcher.bootstrap import (
    OpenStore,
    ServingModels,
    load_serving_models,
    make_capacity,
    model_bundles,
    open_store,
)
from matcher.bundle_maker import BundleMaker
from matcher.config import Settings
from matcher.domain.operation import OperationLimits
from matcher.image.decoder_pool import DecoderPool
from matcher.index.warm_up import warm_up as warm_up_index
from matcher.index_placement import index_placement
from matcher.metrics import read_metrics
from matcher.service.admin import MatcherAdmin, index_operations, model_operations
from matcher.service.biometrics import Biometrics
from matcher.service.calibration import Calibration
from matcher.service.encode_operation import ERROR_DOMAIN, encode_error
from matcher.service.encounters import START_CREATE_ENCOUNTER, Encounters, enrol_operations
from matcher.service.evidence import Evidence
from matcher.service.galleries import Galleries
from matcher.service.identification import START_IDENTIFY, Identification, identify_operations
from matcher.service.operations import Operations
from matcher.service.start_operation import StartOperation
from matcher.service.verification import Verification
from matcher.store.change_log import CHANGES_CHANNEL
from matcher.store.tables import idempotency
from matcher.use_cases.change_person import ChangePerson
from matcher.use_cases.discard_models import DiscardModels
from matcher.use_cases.forget_supplied_fingers import ForgetSuppliedFingers
from matcher.use_cases.get_status import GetStatus
from matcher.use_cases.get_template import GetTemplate
from matcher.use_cases.migrate_model import MigrateModel
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.remove_unused_files import RemoveUnusedFiles
from matcher.use_cases.run_operations import OperationRunner
from matcher.use_cases.serving_bundle import ServingBundle

_SERVICES = [
    service
    for file in (
        biometrics_pb2,
        encounters_pb2,
        galleries_pb2,
        identification_pb2,
        calibration_pb2,
        admin_pb2,
        operations_pb2,
    )
    for service in file.DESCRIPTOR.services_by_name.values()
]
_REQUIRED_LEVELS = {
    "passport.matcher.v1.MatcherAdmin": ServiceLevel.DOWN,
    "google.longrunning.Operations": ServiceLevel.DOWN,
    "passport.matcher.v1.Identification": ServiceLevel.FULL,
}
"""Lowest level at which a gRPC service is reported as serving; VERIFY_ONLY for those not listed."""


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM, then save a snapshot.

    Raises what Server, open_store and index_placement raise, SQLAlchemyError if the database has no
    tables, ValueError if it is encrypted under another master key, and OSError or ValueError if the
    models that serve cannot be read, or the calibration was made for another comparison.
    """
    server = Server(settings, error_domain=ERROR_DOMAIN, services=_SERVICES)
    serving = await load_serving_models(settings)
    with closing(_make_decoders(settings)) as decoders:
        await _serve(settings, decoders, serving, server)


def _make_decoders(settings: Settings) -> DecoderPool:
    memory_bytes = settings.decoder_memory_mebibytes * MEBIBYTE
    return DecoderPool(settings.decoder_processes, memory_bytes, settings.decoder_seconds)


async def _serve(
    settings: Settings, decoders: DecoderPool, first: ServingModels, server: Server
) -> None:
    async with open_store(settings, first.models) as base:
        async with base.store.read() as records:
            await records.keys.require_master_key()
        readiness = Readiness()
        capacity = make_capacity(settings)
        forget_supplied_fingers = ForgetSuppliedFingers(
            base.store, make_clock(settings), timedelta(days=settings.supplied_fingers_days)
        )

        async def report_health(level: ServiceLevel) -> None:
            for service in _SERVICES:
                required = _REQUIRED_LEVELS.get(service.full_name, ServiceLevel.VERIFY_ONLY)
                refuses = readiness.draining and required is not ServiceLevel.DOWN
                await server.set_serving(service.full_name, level >= required and not refuses)
            serves = level >= ServiceLevel.VERIFY_ONLY and not readiness.draining
            await server.set_serving("", serves)

        readiness.on_change(report_health)
        async with (
            index_placement(settings, base) as placement,
            notifications(base.database, CHANGES_CHANNEL) as changed,
            purge_records_daily(base.database, idempotency, settings.idempotency_retention_days),
            report_writability(base.database, server.set_writable),
        ):
            maker = BundleMaker(settings, base, placement.make, decoders, readiness, changed)
            replica = uuid4().hex
            serving = ServingBundle(
                maker.first(first.bundle, first.models),
                maker.work(),
                readiness,
                replica=replica,
                remove_unused_files=RemoveUnusedFiles(placement.remove_unused_files, _now),
                now=_now,
            )
            operations = _add_services(settings, base, serving, readiness, replica, server)

            async def run_while_serving() -> None:
                await report_health(ServiceLevel.DOWN)
                await base.pool.run(first.models.warm_up)
                await base.pool.run(warm_up_index)
                if not settings.decoders_on_demand:
                    await base.pool.run(decoders.warm_up)
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(operations.run())
                    tasks.create_task(serving.run())
                    tasks.create_task(forget_supplied_fingers.run())

            with metrics_read_by(lambda: read_metrics(serving.current.index, capacity)):
                await server.run(run_while_serving)
            await serving.save_snapshots()


def _now() -> datetime:
    return datetime.now(UTC)


def _add_services(
    settings: Settings,
    base: OpenStore,
    serving: ServingBundle,
    readiness: Readiness,
    replica: str,
    server: Server,
) -> OperationRunner:
    store, pool, clock = base.store, base.pool, make_clock(settings)
    idempotent_requests = IdempotentRequests(base.database, idempotency)
    migrate_model = MigrateModel(serving, model_bundles(settings), pool, _now)
    operations = OperationRunner(
        store,
        {
            START_CREATE_ENCOUNTER: enrol_operations(store, serving),
            START_IDENTIFY: identify_operations(serving),
            **index_operations(serving),
            **model_operations(migrate_model, DiscardModels(serving)),
        },
        readiness=readiness,
        replica=replica,
        running=settings.max_operations_running,
        limits=OperationLimits(
            settings.max_operations_running + settings.max_operations_waiting,
            settings.max_operations_mebibytes * MEBIBYTE,
        ),
        retention=timedelta(days=settings.idempotency_retention_days),
        encode_error=encode_error,
        now=_now,
    )
    start_operation = StartOperation(idempotent_requests, operations)
    operations_pb2_grpc.add_OperationsServicer_to_server(Operations(store, operations), server.grpc)
    encounters_pb2_grpc.add_EncountersServicer_to_server(
        Encounters(
            idempotent_requests,
            store,
            serving,
            ChangePerson(store, clock, lambda: uuid4().hex),
            GetTemplate(store, pool),
            start_operation,
        ),
        server.grpc,
    )
    biometrics_pb2_grpc.add_BiometricsServicer_to_server(Biometrics(pool, serving), server.grpc)
    galleries_pb2_grpc.add_GalleriesServicer_to_server(Galleries(store), server.grpc)
    identification_pb2_grpc.add_IdentificationServicer_to_server(
        Identification(idempotent_requests, serving, start_operation),
        server.grpc,
    )
    identification_pb2_grpc.add_VerificationServicer_to_server(
        Verification(idempotent_requests, serving), server.grpc
    )
    identification_pb2_grpc.add_EvidenceServicer_to_server(Evidence(store, serving), server.grpc)
    calibration_pb2_grpc.add_CalibrationServicer_to_server(Calibration(serving), server.grpc)
    get_status = GetStatus(store, serving, readiness, clock, make_capacity(settings), _now)
    admin_pb2_grpc.add_MatcherAdminServicer_to_server(
        MatcherAdmin(get_status, readiness, serving, migrate_model, start_operation),
        server.grpc,
    )
    return operations
