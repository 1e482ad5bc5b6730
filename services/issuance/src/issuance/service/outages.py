"""Servicer of `passport.issuance.v1.Outages`: outages declared, ended and shown."""

from passport.issuance.v1 import outages_pb2 as pb
from passport.issuance.v1 import outages_pb2_grpc
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import NATIONAL, current_caller

from issuance.domain.outage import Outage
from issuance.service import encode
from issuance.service.decode import decode_instant
from issuance.service.enum_codes import OUTAGE_SCOPE_OF
from issuance.service.idempotent_changes import IdempotentChanges
from issuance.service.office_scope import require_own_office
from issuance.store.records import Records, Store
from issuance.use_cases.outage_lifecycle import OutageLifecycle


class OutagesService(outages_pb2_grpc.OutagesServicer):
    """Lets administrators declare and end outages, and shows them."""

    def __init__(
        self, store: Store, changes: IdempotentChanges, outages: OutageLifecycle, clock: Clock
    ) -> None:
        self._store = store
        self._changes = changes
        self._outages = outages
        self._clock = clock

    async def DeclareOutage(self, request: pb.DeclareOutageRequest, context: Context) -> pb.Outage:
        """Declare that something does not work."""

        async def declare(records: Records) -> pb.Outage:
            now = self._clock.now()
            require_own_office(current_caller(), request.office or NATIONAL)
            outage = Outage(
                scope=OUTAGE_SCOPE_OF[request.scope],
                office=request.office,
                cause=request.cause,
                began=decode_instant(request.began_at, "began_at")
                if request.HasField("began_at")
                else now,
                expected_end=decode_instant(request.expected_end, "expected_end")
                if request.HasField("expected_end")
                else None,
                declared_by=current_caller().uri,
            )
            return encode.outage(await self._outages.declare(records, outage, now))

        return await self._changes.run(request, pb.Outage, declare)

    async def EndOutage(self, request: pb.EndOutageRequest, context: Context) -> pb.Outage:
        """End a declared outage."""

        async def end(records: Records) -> pb.Outage:
            now = self._clock.now()
            record = await records.outages.get(request.outage_id)
            require_own_office(current_caller(), record.outage.office or NATIONAL)
            at = now
            if request.HasField("ended_at"):
                at = decode_instant(request.ended_at, "ended_at")
            return encode.outage(await self._outages.end(records, request.outage_id, at, now))

        return await self._changes.run(request, pb.Outage, end)

    async def GetOutage(self, request: pb.GetOutageRequest, context: Context) -> pb.Outage:
        """Return one outage."""
        async with self._store.read() as records:
            return encode.outage(await records.outages.get(request.outage_id))

    async def ListOutages(
        self, request: pb.ListOutagesRequest, context: Context
    ) -> pb.ListOutagesResponse:
        """List outages, newest first."""
        size = request.page_size or page_tokens.DEFAULT_PAGE_SIZE
        async with self._store.read() as records:
            newest = await records.outages.newest(size, request.open_only)
        return pb.ListOutagesResponse(outages=[encode.outage(record) for record in newest])
