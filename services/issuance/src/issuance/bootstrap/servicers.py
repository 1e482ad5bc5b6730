"""The gRPC services, and the objects that only they use."""

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
from servicekit.grpc.server import Server
from servicekit.process.worker_pool import WorkerPool
from servicekit.storage.idempotency import IdempotentRequests

from issuance.bootstrap.shared_parts import SharedParts, new_id
from issuance.clients.finger_quality_client import FingerQualityClient
from issuance.clients.matcher_client import MatcherClient
from issuance.domain.portrait import AcceptedPhoto
from issuance.domain.portrait_exception import PortraitException
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
from issuance.store.tables.idempotency import idempotency
from issuance.tariff_file import read_tariff
from issuance.use_cases.check_fingers import CheckFingers
from issuance.use_cases.document_numbers import DocumentNumbers
from issuance.use_cases.office_lifecycle import OfficeLifecycle
from issuance.use_cases.watch_applications import WatchApplications

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


class Servicers:
    """All gRPC services. Raises OSError or ValueError for an unusable tariff."""

    def __init__(self, parts: SharedParts) -> None:
        self._parts = parts
        settings = parts.settings
        self._tariff = read_tariff(settings.tariff_file) if settings.tariff_file else None
        self._photo_check = PhotoCheck(FaceDetector())
        self._pool = WorkerPool(settings.portrait_workers, settings.portrait_queue)

    def add_to(self, server: Server, matcher: grpc.aio.Channel) -> None:
        """Have a server answer the calls of all services."""
        parts = self._parts
        store, clock, offices = parts.store, parts.clock, parts.offices
        apply_transition = parts.apply_transition
        changes = IdempotentChanges(IdempotentRequests(parts.database, idempotency), store)
        applications_pb2_grpc.add_ApplicationsServicer_to_server(
            ApplicationsService(
                offices=offices,
                store=store,
                changes=changes,
                apply_transition=apply_transition,
                clock=clock,
                new_id=new_id,
                check_photo=self._check_photo,
                finger_assessor=FingerQualityClient(
                    matcher,
                    parts.settings.finger_quality_timeout_seconds,
                    parts.settings.finger_quality_seconds_per_image,
                ),
                numbers=DocumentNumbers(parts.real_now),
                validity=parts.validity,
                tariff=self._tariff,
                travel_bans=parts.travel_bans,
                watches=self._watches(),
                policy=parts.outage_policy,
                finger_check_policy=parts.settings.finger_check_policy(),
                check_fingers=self._check_fingers(matcher),
            ),
            server.grpc,
        )
        documents_pb2_grpc.add_DocumentsServicer_to_server(
            DocumentsService(offices, store, changes, clock), server.grpc
        )
        adjudication_pb2_grpc.add_AdjudicationServicer_to_server(
            AdjudicationService(store, changes, apply_transition, clock, new_id), server.grpc
        )
        schedule_pb2_grpc.add_ScheduleServicer_to_server(
            ScheduleService(offices, store, clock), server.grpc
        )
        outages_pb2_grpc.add_OutagesServicer_to_server(
            OutagesService(store, changes, parts.outages, clock), server.grpc
        )
        offices_pb2_grpc.add_OfficesServicer_to_server(
            OfficesService(
                offices,
                store,
                changes,
                OfficeLifecycle(
                    parts.outages,
                    parts.settings.most_printing_offices,
                    parts.settings.country,
                ),
                clock,
                parts.printers.books_per_working_day,
            ),
            server.grpc,
        )
        accounts_pb2_grpc.add_AccountsServicer_to_server(
            AccountsService(offices, store, changes, apply_transition, clock), server.grpc
        )
        admin_pb2_grpc.add_IssuanceAdminServicer_to_server(
            IssuanceAdminService(offices, store, changes, clock, parts.real_now), server.grpc
        )

    def _check_fingers(self, matcher: grpc.aio.Channel) -> CheckFingers:
        parts, settings = self._parts, self._parts.settings
        return CheckFingers(
            parts.store,
            MatcherClient(matcher, settings.call_timeout_seconds),
            settings.finger_check_policy(),
            parts.apply_transition,
            parts.clock,
            settings.finger_check_seconds,
        )

    def close(self) -> None:
        """Stop the threads that check photos."""
        self._pool.close()

    def _watches(self) -> ApplicationWatches:
        parts = self._parts
        watch = WatchApplications(
            parts.store,
            parts.offices,
            parts.clock,
            parts.real_now,
            new_id,
            _BOOKMARK_SECONDS,
        )
        return ApplicationWatches(watch, parts.settings.max_watches_per_caller)

    async def _check_photo(
        self, photo: bytes, exception: PortraitException | None
    ) -> AcceptedPhoto:
        return await self._pool.run(self._photo_check, photo, exception)
