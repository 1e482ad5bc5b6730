"""`Offices` and `IssuanceAdmin`: decode, call, encode."""

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction

from passport.issuance.v1 import admin_pb2, admin_pb2_grpc, offices_pb2, offices_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller

from issuance.domain.office import Machines, Office, UnknownOffice
from issuance.service import encode
from issuance.service.changes import Changes
from issuance.service.pages import own_office
from issuance.service.words import day_of
from issuance.use_cases.capacity import at_work, set_machines
from issuance.use_cases.records import Records, Transactions
from issuance.use_cases.status import status


class OfficesService(offices_pb2_grpc.OfficesServicer):
    """Offices and what they can do."""

    def __init__(
        self,
        offices: Mapping[str, Office],
        transactions: Transactions,
        changes: Changes,
        clock: Clock,
    ) -> None:
        self._offices = offices
        self._transactions = transactions
        self._changes = changes
        self._clock = clock

    async def GetOffice(
        self, request: offices_pb2.GetOfficeRequest, context: Context
    ) -> offices_pb2.Office:
        """One office."""
        office = known(self._offices, request.office)
        async with self._transactions.read() as records:
            return await self._encoded(records, office)

    async def ListOffices(
        self, request: offices_pb2.ListOfficesRequest, context: Context
    ) -> offices_pb2.ListOfficesResponse:
        """All offices, by id."""
        async with self._transactions.read() as records:
            return offices_pb2.ListOfficesResponse(
                offices=[
                    await self._encoded(records, office)
                    for _, office in sorted(self._offices.items())
                ]
            )

    async def SetCapacity(
        self, request: offices_pb2.SetCapacityRequest, context: Context
    ) -> offices_pb2.Office:
        """How much an office prints from a day on."""
        office = known(self._offices, request.office)
        own_office(current_caller(), office.id)

        async def act(records: Records) -> offices_pb2.Office:
            now = self._clock.now()
            change = Machines(
                since=day_of(request.effective_from, "effective_from")
                if request.HasField("effective_from")
                else office.calendar.day_of(now),
                count=request.machines,
                books_per_day=Fraction(str(request.books_per_machine_per_day)),
            )
            await set_machines(records, office, change, now)
            return await self._encoded(records, office)

        return await self._changes.run(request, offices_pb2.Office, act)

    async def _encoded(self, records: Records, office: Office) -> offices_pb2.Office:
        today = office.calendar.day_of(self._clock.now())
        machines = await at_work(records, office, today)
        return offices_pb2.Office(
            office=office.id,
            name=office.name,
            timezone=office.calendar.zone.key,
            machines=machines.count,
            books_per_machine_per_day=float(machines.books_per_day),
            promise_working_days=office.promise_working_days,
        )


class IssuanceAdminService(admin_pb2_grpc.IssuanceAdminServicer):
    """What administrators ask of issuance. real_now: leases go by real time."""

    def __init__(
        self, transactions: Transactions, clock: Clock, real_now: Callable[[], datetime]
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._real_now = real_now

    async def GetStatus(
        self, request: admin_pb2.GetStatusRequest, context: Context
    ) -> admin_pb2.IssuanceStatus:
        """How issuance is."""
        async with self._transactions.read() as records:
            found = await status(records, self._real_now())
        return encode.status(found, self._clock.now())


def known(offices: Mapping[str, Office], office: str) -> Office:
    """The office of this id. Raises UnknownOffice."""
    if office not in offices:
        raise UnknownOffice("there is no such office", field="office")
    return offices[office]
