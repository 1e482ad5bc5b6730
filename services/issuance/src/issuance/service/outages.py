"""`Outages`: decode, call, encode."""

from passport.issuance.v1 import outages_pb2 as pb
from passport.issuance.v1 import outages_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import NATIONAL, current_caller

from issuance.domain.outage import Outage
from issuance.service import encode
from issuance.service.changes import Changes
from issuance.service.pages import DEFAULT_SIZE, own_office
from issuance.service.words import SCOPE_OF, instant_of
from issuance.use_cases.outages import Outages
from issuance.use_cases.records import Records, Transactions


class OutagesService(outages_pb2_grpc.OutagesServicer):
    """Outages as things of their own."""

    def __init__(
        self, transactions: Transactions, changes: Changes, outages: Outages, clock: Clock
    ) -> None:
        self._transactions = transactions
        self._changes = changes
        self._outages = outages
        self._clock = clock

    async def DeclareOutage(self, request: pb.DeclareOutageRequest, context: Context) -> pb.Outage:
        """A person says that something does not work."""

        async def act(records: Records) -> pb.Outage:
            now = self._clock.now()
            own_office(current_caller(), request.office or NATIONAL)
            outage = Outage(
                scope=SCOPE_OF[request.scope],
                office=request.office,
                cause=request.cause,
                began=instant_of(request.began_at, "began_at")
                if request.HasField("began_at")
                else now,
                expected_end=instant_of(request.expected_end, "expected_end")
                if request.HasField("expected_end")
                else None,
                declared_by=current_caller().uri,
            )
            return encode.outage(await self._outages.declare(records, outage, now))

        return await self._changes.run(request, pb.Outage, act)

    async def EndOutage(self, request: pb.EndOutageRequest, context: Context) -> pb.Outage:
        """A person says that it works again."""

        async def act(records: Records) -> pb.Outage:
            now = self._clock.now()
            known = await records.outages.get(request.outage_id)
            own_office(current_caller(), known.outage.office or NATIONAL)
            at = instant_of(request.ended_at, "ended_at") if request.HasField("ended_at") else now
            return encode.outage(await self._outages.end(records, request.outage_id, at, now))

        return await self._changes.run(request, pb.Outage, act)

    async def GetOutage(self, request: pb.GetOutageRequest, context: Context) -> pb.Outage:
        """One outage."""
        async with self._transactions.read() as records:
            return encode.outage(await records.outages.get(request.outage_id))

    async def ListOutages(
        self, request: pb.ListOutagesRequest, context: Context
    ) -> pb.ListOutagesResponse:
        """Outages, newest first."""
        size = request.page_size or DEFAULT_SIZE
        async with self._transactions.read() as records:
            found = await records.outages.newest(size, request.open_only)
        return pb.ListOutagesResponse(outages=[encode.outage(kept) for kept in found])
