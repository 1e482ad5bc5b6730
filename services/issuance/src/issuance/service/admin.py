"""Servicer of `passport.issuance.v1.IssuanceAdmin`: the status of the service."""

from collections.abc import Callable
from datetime import datetime

from passport.issuance.v1 import admin_pb2 as pb
from passport.issuance.v1 import admin_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock

from issuance.service import encode
from issuance.store.records import Store
from issuance.use_cases.service_status import service_status


class IssuanceAdminService(admin_pb2_grpc.IssuanceAdminServicer):
    """Shows administrators the status. real_now: real time, since leases run in it."""

    def __init__(self, store: Store, clock: Clock, real_now: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._real_now = real_now

    async def GetStatus(self, request: pb.GetStatusRequest, context: Context) -> pb.IssuanceStatus:
        """Return the status of the service."""
        async with self._store.read() as records:
            status = await service_status(records, self._real_now())
        return encode.service_status(status, self._clock.now())
