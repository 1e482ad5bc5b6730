"""Servicer of `passport.issuance.v1.Offices`: offices and how much they print."""

from collections.abc import Awaitable, Callable, Mapping
from fractions import Fraction

from passport.issuance.v1 import offices_pb2 as pb
from passport.issuance.v1 import offices_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller

from issuance.domain.office import InstalledMachines, Office
from issuance.service.decode import decode_date
from issuance.service.idempotent_changes import IdempotentChanges
from issuance.service.office_scope import known_office, require_own_office
from issuance.store.records import Records, Store
from issuance.use_cases.print_capacity import machines_on, set_machines


class OfficesService(offices_pb2_grpc.OfficesServicer):
    """Shows offices and changes their print capacity.

    books_per_working_day: asks an office's printer what it measured, in days of a time zone.
    """

    def __init__(
        self,
        offices: Mapping[str, Office],
        store: Store,
        changes: IdempotentChanges,
        clock: Clock,
        books_per_working_day: Callable[[str, str], Awaitable[float | None]],
    ) -> None:
        self._offices = offices
        self._store = store
        self._changes = changes
        self._clock = clock
        self._books_per_working_day = books_per_working_day

    async def GetOffice(self, request: pb.GetOfficeRequest, context: Context) -> pb.Office:
        """Return one office."""
        office = known_office(self._offices, request.office)
        async with self._store.read() as records:
            shown = await self._encode(records, office)
        measured = await self._books_per_working_day(office.id, shown.timezone)
        if measured is not None:
            shown.measured_books_per_working_day = measured
        return shown

    async def ListOffices(
        self, request: pb.ListOfficesRequest, context: Context
    ) -> pb.ListOfficesResponse:
        """List all offices, by id."""
        async with self._store.read() as records:
            return pb.ListOfficesResponse(
                offices=[
                    await self._encode(records, office)
                    for _, office in sorted(self._offices.items())
                ]
            )

    async def SetCapacity(self, request: pb.SetCapacityRequest, context: Context) -> pb.Office:
        """Set the machines of an office from a day on."""
        office = known_office(self._offices, request.office)
        require_own_office(current_caller(), office.id)

        async def change(records: Records) -> pb.Office:
            now = self._clock.now()
            since = office.calendar.day_of(now)
            if request.HasField("effective_from"):
                since = decode_date(request.effective_from, "effective_from")
            books_per_day = Fraction(str(request.books_per_machine_per_day))
            machines = InstalledMachines(since, request.machines, books_per_day)
            await set_machines(records, office, machines, now)
            return await self._encode(records, office)

        return await self._changes.run(request, pb.Office, change)

    async def _encode(self, records: Records, office: Office) -> pb.Office:
        today = office.calendar.day_of(self._clock.now())
        machines = await machines_on(records, office, today)
        return pb.Office(
            office=office.id,
            name=office.name,
            timezone=office.calendar.zone.key,
            machines=machines.count,
            books_per_machine_per_day=float(machines.books_per_day),
            promise_working_days=office.promise_working_days,
        )
