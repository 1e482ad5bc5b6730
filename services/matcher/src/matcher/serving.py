"""What does a running matcher consist of? The one place that puts its servicers together."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
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

from matcher.bootstrap import StoreAndIndex, load_models, make_search, open_store_and_index
from matcher.config import Settings
from matcher.domain.index_capacity import IndexCapacity
from matcher.domain.operation import OperationLimits
from matcher.image.decoder_pool import DecoderPool
from matcher.index.warm_up import warm_up as warm_up_index
from matcher.metrics import read_metrics
from matcher.models import ModelBundle
from matcher.service.admin import MatcherAdmin, index_operations
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
from matcher.use_cases.assess_fingers import AssessFingers
from matcher.use_cases.change_encounter import ChangeEncounter
from matcher.use_cases.change_person import ChangePerson
from matcher.use_cases.compare_templates import CompareTemplates
from matcher.use_cases.describe_calibration import DescribeCalibration
from matcher.use_cases.draw_alteration import DrawAlteration
from matcher.use_cases.draw_comparison import DrawComparison
from matcher.use_cases.enrol import Enrol
from matcher.use_cases.extract_fingers import AcceptanceLimits, ExtractFingers
from matcher.use_cases.extract_template import ExtractTemplate
from matcher.use_cases.forget_supplied_fingers import ForgetSuppliedFingers
from matcher.use_cases.get_status import GetStatus
from matcher.use_cases.get_template import GetTemplate
from matcher.use_cases.identify import Identify
from matcher.use_cases.import_encounters import ImportEncounters
from matcher.use_cases.maintain_index import MaintainIndex
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe
from matcher.use_cases.run_operations import OperationRunner
from matcher.use_cases.segment_slap import SegmentSlap
from matcher.use_cases.store_together import StoreTogether
from matcher.use_cases.supervise_index import SuperviseIndex
from matcher.use_cases.supervise_index_files import SuperviseIndexFiles
from matcher.use_cases.verify import Verify
from matcher.use_cases.watch_capacity import WatchCapacity

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

    Raises what Server and open_store_and_index raise, SQLAlchemyError if the database has no
    tables, ValueError if it is encrypted under another master key, and OSError or ValueError if the
    calibration cannot be read or was made for another comparison.
    """
    server = Server(settings, error_domain=ERROR_DOMAIN, services=_SERVICES)
    models = load_models(settings)
    with closing(_make_decoders(settings)) as decoders:
        await _serve(settings, decoders, models, server)


def _make_decoders(settings: Settings) -> DecoderPool:
    memory_bytes = settings.decoder_memory_mebibytes * MEBIBYTE
    return DecoderPool(settings.decoder_processes, memory_bytes, settings.decoder_seconds)


async def _serve(
    settings: Settings, decoders: DecoderPool, models: ModelBundle, server: Server
) -> None:
    async with open_store_and_index(settings, models) as base:
        async with base.store.read() as records:
            await records.keys.require_master_key()
        readiness = Readiness()
        operations = _add_services(settings, base, models, decoders, readiness, server)
        supervise_index = SuperviseIndex(base.store, base.index, readiness)
        supervise_files = SuperviseIndexFiles(base.index, settings.snapshot_interval_changes)
        capacity = _make_capacity(settings)
        watch_capacity = WatchCapacity(base.index, capacity)
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

        async def run_while_serving() -> None:
            await report_health(ServiceLevel.DOWN)
            await base.pool.run(models.warm_up)
            await base.pool.run(warm_up_index)
            if not settings.decoders_on_demand:
                await base.pool.run(decoders.warm_up)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(operations.run())
                tasks.create_task(supervise_index.run(settings.follow_interval_seconds))
                tasks.create_task(supervise_index.follow(changed))
                tasks.create_task(supervise_files.run(settings.follow_interval_seconds))
                tasks.create_task(forget_supplied_fingers.run())
                tasks.create_task(watch_capacity.run())

        readiness.on_change(report_health)
        read = partial(read_metrics, base.index, capacity)
        async with (
            notifications(base.database, CHANGES_CHANNEL) as changed,
            purge_records_daily(base.database, idempotency, settings.idempotency_retention_days),
            report_writability(base.database, server.set_writable),
        ):
            with metrics_read_by(read):
                await server.run(run_while_serving)
        await base.index.save_snapshot()


def _make_capacity(settings: Settings) -> IndexCapacity:
    """Return how much memory the index may take."""
    mebibytes = settings.index_memory_mebibytes
    return IndexCapacity(None if mebibytes is None else mebibytes * MEBIBYTE)


def _add_services(
    settings: Settings,
    base: StoreAndIndex,
    models: ModelBundle,
    decoders: DecoderPool,
    readiness: Readiness,
    server: Server,
) -> OperationRunner:
    store, pool, clock = base.store, base.pool, make_clock(settings)
    idempotent_requests = IdempotentRequests(base.database, idempotency)
    limits = AcceptanceLimits(settings.minimum_quality, settings.minimum_minutiae)
    extract = ExtractFingers(models, decoders.decode, limits, pool, settings.store_images)
    resolve_probe = ResolveProbe(store, extract, pool, models.embedding)
    search = make_search(settings, base, models)
    enrol = Enrol(
        store,
        StoreTogether(store),
        extract,
        resolve_probe,
        search,
        readiness,
        clock,
        settings.target_fpir,
    )
    identify = Identify(store, resolve_probe, search, readiness, settings.target_fpir)
    verify = Verify(
        store, resolve_probe, pool, models, search.decision_maker, readiness, settings.target_fmr
    )
    draw_comparison = DrawComparison(store, pool, decoders.decode, models.comparator, readiness)
    draw_alteration = DrawAlteration(store, pool, decoders.decode, models, readiness)
    get_status = GetStatus(
        store, base.index, models.versions, readiness, clock, _make_capacity(settings)
    )
    operations = OperationRunner(
        store,
        {
            START_CREATE_ENCOUNTER: enrol_operations(store, enrol),
            START_IDENTIFY: identify_operations(identify),
            **index_operations(MaintainIndex(store, base.index)),
        },
        readiness=readiness,
        replica=uuid4().hex,
        running=settings.max_operations_running,
        limits=OperationLimits(
            settings.max_operations_running + settings.max_operations_waiting,
            settings.max_operations_mebibytes * MEBIBYTE,
        ),
        retention=timedelta(days=settings.idempotency_retention_days),
        encode_error=encode_error,
        now=lambda: datetime.now(UTC),
    )
    start_operation = StartOperation(idempotent_requests, operations)
    operations_pb2_grpc.add_OperationsServicer_to_server(Operations(store, operations), server.grpc)
    encounters_pb2_grpc.add_EncountersServicer_to_server(
        Encounters(
            idempotent_requests,
            store,
            enrol,
            ChangeEncounter(store, extract, readiness, clock),
            ChangePerson(store, clock, lambda: uuid4().hex),
            GetTemplate(store, pool),
            ImportEncounters(store, extract, readiness, clock),
            start_operation,
        ),
        server.grpc,
    )
    biometrics_pb2_grpc.add_BiometricsServicer_to_server(
        Biometrics(
            pool,
            models.versions,
            AssessFingers(models, decoders.decode, limits, pool, readiness),
            ExtractTemplate(extract, readiness),
            SegmentSlap(models, decoders.decode, pool, readiness),
            CompareTemplates(models, decoders.decode, settings.minimum_minutiae, pool, readiness),
        ),
        server.grpc,
    )
    galleries_pb2_grpc.add_GalleriesServicer_to_server(Galleries(store), server.grpc)
    identification_pb2_grpc.add_IdentificationServicer_to_server(
        Identification(idempotent_requests, identify, start_operation),
        server.grpc,
    )
    identification_pb2_grpc.add_VerificationServicer_to_server(
        Verification(idempotent_requests, verify), server.grpc
    )
    identification_pb2_grpc.add_EvidenceServicer_to_server(
        Evidence(store, draw_comparison, draw_alteration),
        server.grpc,
    )
    calibration_pb2_grpc.add_CalibrationServicer_to_server(
        Calibration(
            DescribeCalibration(models.calibration, base.index, readiness, settings.target_fpir)
        ),
        server.grpc,
    )
    admin_pb2_grpc.add_MatcherAdminServicer_to_server(
        MatcherAdmin(get_status, readiness, start_operation),
        server.grpc,
    )
    return operations
