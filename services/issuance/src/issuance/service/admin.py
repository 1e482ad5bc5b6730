"""Servicer of `passport.issuance.v1.IssuanceAdmin`: the service's status and its outbox work."""

from collections.abc import Callable
from datetime import datetime

from passport.issuance.v1 import admin_pb2 as pb
from passport.issuance.v1 import admin_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller

from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.paused_work import PausedWork
from issuance.service import encode_admin as encode
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.office_scope import (
    known_office,
    own_office,
    require_own_office,
    visible_office,
)
from issuance.service.paging import list_position, page_size, position_token
from issuance.store.records import Records, Store
from issuance.use_cases.list_stuck import list_stuck
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.service_status import service_status


class IssuanceAdminService(admin_pb2_grpc.IssuanceAdminServicer):
    """Shows administrators the status, and has work repeated, paused and resumed.

    real_now: real time, since leases run in it.
    """

    def __init__(
        self,
        offices: OfficeDirectory,
        store: Store,
        changes: IdempotentChanges,
        clock: Clock,
        real_now: Callable[[], datetime],
    ) -> None:
        self._offices = offices
        self._store = store
        self._changes = changes
        self._clock = clock
        self._real_now = real_now

    async def GetStatus(self, request: pb.GetStatusRequest, context: Context) -> pb.IssuanceStatus:
        """Return the status of the service."""
        own, now = own_office(current_caller()), self._clock.now()
        async with self._store.read() as records:
            status = await service_status(records, self._offices, own, now, self._real_now())
        return encode.service_status(status, now)

    async def ListStuck(
        self, request: pb.ListStuckRequest, context: Context
    ) -> pb.ListStuckResponse:
        """List outbox tasks and applications that somebody has to look at."""
        office = visible_office(current_caller(), request.office)
        after, size = list_position(request.page_token), page_size(request.page_size)
        async with self._store.read() as records:
            now = self._clock.now()
            page = await list_stuck(records, self._offices, office, after, size, now)
        return pb.ListStuckResponse(
            tasks=[encode.stuck_task(task) for task in page.tasks],
            late_applications=[encode.late_application(details) for details in page.late],
            next_page_token=position_token(page.end),
        )

    async def RetryWork(self, request: pb.RetryWorkRequest, context: Context) -> pb.StuckTask:
        """Have an outbox task attempted again."""

        async def retry(records: Records) -> pb.StuckTask:
            task = await records.stuck_work.get(request.task_id)
            require_own_office(current_caller(), task.office)
            return encode.stuck_task(await records.stuck_work.retry(task.id))

        return await self._changes.run(request, pb.StuckTask, retry)

    async def PauseWork(self, request: pb.PauseWorkRequest, context: Context) -> pb.PausedWork:
        """Let no attempt of a kind of outbox work begin."""
        office = self._office(request.office)
        paused = PausedWork(
            OutboxTaskKind(request.kind), office, request.reason,
            current_actor().person, self._clock.now(),
        )  # fmt: skip

        async def pause(records: Records) -> pb.PausedWork:
            await records.paused_work.pause(paused)
            return encode.paused_work(paused)

        return await self._changes.run(request, pb.PausedWork, pause)

    async def ResumeWork(self, request: pb.ResumeWorkRequest, context: Context) -> pb.PausedWork:
        """Let attempts begin again."""
        kind, office = OutboxTaskKind(request.kind), request.office
        visible_office(current_caller(), office)

        async def resume(records: Records) -> pb.PausedWork:
            return encode.paused_work(await records.paused_work.resume(kind, office))

        return await self._changes.run(request, pb.PausedWork, resume)

    def _office(self, office: str) -> str:
        """Return the office, or "" for all, if the caller may act for it."""
        visible_office(current_caller(), office)
        return known_office(self._offices, office).id if office else ""
