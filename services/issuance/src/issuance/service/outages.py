"""Servicer of `passport.issuance.v1.Outages`: outages declared, ended and shown."""

from datetime import datetime

from passport.issuance.v1 import outages_pb2 as pb
from passport.issuance.v1 import outages_pb2_grpc
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import NATIONAL, current_caller

from issuance.domain.outage import Outage, OutageCorrection
from issuance.service import encode_outages as encode
from issuance.service.decode import decode_instant
from issuance.service.enum_codes import OUTAGE_SCOPE_OF
from issuance.service.idempotent_changes import IdempotentChanges
from issuance.service.office_scope import require_own_office
from issuance.store.outage_records import OutageRecord
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
                began=_instant(request, "began_at") or now,
                ended=_instant(request, "ended_at"),
                expected_end=_instant(request, "expected_end"),
                declared_by=current_caller().uri,
            )
            return await self._encode(records, await self._outages.declare(records, outage, now))

        return await self._changes.run(request, pb.Outage, declare)

    async def EndOutage(self, request: pb.EndOutageRequest, context: Context) -> pb.Outage:
        """End an outage; an automatic one by override."""

        async def end(records: Records) -> pb.Outage:
            now = self._clock.now()
            await _require_own_outage(records, request.outage_id)
            ended = await self._outages.end(
                records,
                request.outage_id,
                _instant(request, "ended_at") or now,
                current_caller().uri,
                now,
                revision=request.revision,
                override=request.override_automatic,
            )
            return await self._encode(records, ended)

        return await self._changes.run(request, pb.Outage, end)

    async def UpdateOutage(self, request: pb.UpdateOutageRequest, context: Context) -> pb.Outage:
        """Correct what is recorded of an outage."""
        correction = OutageCorrection(
            cause=request.cause or None,
            began=_instant(request, "began_at"),
            ended=_instant(request, "ended_at"),
            expected_end=_instant(request, "expected_end"),
            end_unknown=request.end_unknown,
        )

        async def correct(records: Records) -> pb.Outage:
            await _require_own_outage(records, request.outage_id)
            corrected = await self._outages.correct(
                records,
                request.outage_id,
                correction,
                current_caller().uri,
                self._clock.now(),
                request.revision,
            )
            return await self._encode(records, corrected)

        return await self._changes.run(request, pb.Outage, correct)

    async def GetOutage(self, request: pb.GetOutageRequest, context: Context) -> pb.Outage:
        """Return one outage."""
        async with self._store.read() as records:
            return await self._encode(records, await records.outages.get(request.outage_id))

    async def ListOutages(
        self, request: pb.ListOutagesRequest, context: Context
    ) -> pb.ListOutagesResponse:
        """List outages, newest first."""
        size = request.page_size or page_tokens.DEFAULT_PAGE_SIZE
        async with self._store.read() as records:
            newest = await records.outages.newest(size, request.open_only)
            newest = await records.outages.with_cases(newest)
        return pb.ListOutagesResponse(outages=[encode.outage(record) for record in newest])

    async def _encode(self, records: Records, record: OutageRecord) -> pb.Outage:
        (counted,) = await records.outages.with_cases([record])
        return encode.outage(counted, await records.outages.changes(record))


def _instant(
    request: pb.DeclareOutageRequest | pb.EndOutageRequest | pb.UpdateOutageRequest, field: str
) -> datetime | None:
    """Return an instant of a request; None if it is absent."""
    return decode_instant(getattr(request, field), field) if request.HasField(field) else None  # type: ignore[arg-type]


async def _require_own_outage(records: Records, outage: str) -> None:
    record = await records.outages.get(outage)
    require_own_office(current_caller(), record.outage.office or NATIONAL)
