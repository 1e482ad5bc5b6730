"""Servicer of `passport.issuance.v1.Offices`: offices, their calendars and how much they print."""

from collections.abc import Awaitable, Callable
from datetime import UTC
from fractions import Fraction
from typing import TypeVar

from google.protobuf.message import Message
from passport.issuance.v1 import offices_pb2 as pb
from passport.issuance.v1 import offices_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import NATIONAL, current_caller

from issuance.domain.office import InstalledMachines, Office
from issuance.domain.special_day import SpecialDayKind
from issuance.service import encode_offices as encode
from issuance.service.decode import decode_date
from issuance.service.decode_offices import decode_office_changes, decode_special_day
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.office_scope import (
    known_office,
    own_office,
    require_own_office,
    visible_office,
)
from issuance.service.paging import next_page_token, page_request
from issuance.store.records import Records, Store
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.office_lifecycle import OfficeLifecycle, add_special_day, remove_special_day
from issuance.use_cases.print_capacity import machines_on, set_capacity

M = TypeVar("M", bound=Message)
_MOST_DAYS = 1000


class OfficesService(offices_pb2_grpc.OfficesServicer):
    """Shows and changes offices, their special days and their print capacity.

    books_per_working_day: asks an office's printer what it measured, in days of a time zone.
    """

    def __init__(
        self,
        offices: OfficeDirectory,
        store: Store,
        changes: IdempotentChanges,
        lifecycle: OfficeLifecycle,
        clock: Clock,
        books_per_working_day: Callable[[str, str], Awaitable[float | None]],
    ) -> None:
        self._lifecycle = lifecycle
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
                    if not office.is_removed
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
            await set_capacity(records, office, machines, current_actor(), now)
            return await self._encode(records, office)

        return await self._changes.run(request, pb.Office, change)

    async def PutOffice(self, request: pb.PutOfficeRequest, context: Context) -> pb.Office:
        """Add an office, or change what is recorded of it."""
        changes = decode_office_changes(request)

        async def put(records: Records) -> pb.Office:
            stored = await self._lifecycle.put(
                records, changes, request.revision, current_actor(), self._clock.now()
            )
            return await self._encode(records, stored)

        return await self._change(request, pb.Office, put)

    async def RemoveOffice(self, request: pb.RemoveOfficeRequest, context: Context) -> pb.Office:
        """Remove an office that nothing waits for."""
        _require_right(NATIONAL)

        async def remove(records: Records) -> pb.Office:
            removed = await self._lifecycle.remove(
                records, request.office, request.revision, current_actor(), self._clock.now()
            )
            return await self._encode(records, removed)

        return await self._change(request, pb.Office, remove)

    async def AddClosure(self, request: pb.AddClosureRequest, context: Context) -> pb.SpecialDay:
        """Declare an office, or all, closed on a day."""
        return await self._add(request)

    async def RemoveClosure(
        self, request: pb.RemoveClosureRequest, context: Context
    ) -> pb.SpecialDay:
        """Take a closure back."""
        return await self._take_back(request, SpecialDayKind.CLOSED)

    async def AddWorkingDay(
        self, request: pb.AddWorkingDayRequest, context: Context
    ) -> pb.SpecialDay:
        """Declare that an office, or all, work on a weekend or holiday."""
        return await self._add(request)

    async def RemoveWorkingDay(
        self, request: pb.RemoveWorkingDayRequest, context: Context
    ) -> pb.SpecialDay:
        """Take an additional working day back."""
        return await self._take_back(request, SpecialDayKind.WORKED)

    async def ListSpecialDays(
        self, request: pb.ListSpecialDaysRequest, context: Context
    ) -> pb.ListSpecialDaysResponse:
        """List the special days of an office, or all."""
        now = self._clock.now()
        since = now.astimezone(UTC).date()
        if request.office:
            since = known_office(self._offices, request.office).calendar.day_of(now)
        if request.HasField("from"):
            since = decode_date(getattr(request, "from"), "from")
        async with self._store.read() as records:
            days = await records.offices.special_days(request.office, since, _MOST_DAYS)
        return pb.ListSpecialDaysResponse(days=[encode.special_day(day) for day in days])

    async def ListOfficeChanges(
        self, request: pb.ListOfficeChangesRequest, context: Context
    ) -> pb.ListOfficeChangesResponse:
        """List who changed the offices and their calendars."""
        caller = current_caller()
        office = visible_office(caller, request.office or own_office(caller) or "")
        page = page_request(request.page_size, request.page_token)
        async with self._store.read() as records:
            rows = await records.office_history.page(page, office)
        return pb.ListOfficeChangesResponse(
            changes=[encode.office_change(entry) for _, entry in rows],
            next_page_token=next_page_token(page, rows),
        )

    async def _add(self, request: pb.AddClosureRequest | pb.AddWorkingDayRequest) -> pb.SpecialDay:
        _require_right(request.office)
        now = self._clock.now()
        special = decode_special_day(request, current_caller().uri, now)

        async def add(records: Records) -> pb.SpecialDay:
            return encode.special_day(await add_special_day(records, special, current_actor(), now))

        return await self._change(request, pb.SpecialDay, add)

    async def _take_back(
        self, request: pb.RemoveClosureRequest | pb.RemoveWorkingDayRequest, kind: SpecialDayKind
    ) -> pb.SpecialDay:
        _require_right(request.office)
        day = decode_date(request.day, "day")

        async def remove(records: Records) -> pb.SpecialDay:
            by, now = current_actor(), self._clock.now()
            removed = await remove_special_day(records, request.office, day, kind, by, now)
            return encode.special_day(removed)

        return await self._change(request, pb.SpecialDay, remove)

    async def _change(
        self, request: Message, answer: type[M], change: Callable[[Records], Awaitable[M]]
    ) -> M:
        """Run a change; this process knows of it when the caller does, others soon."""
        reply = await self._changes.run(request, answer, change)
        async with self._store.read() as records:
            await self._offices.refresh(records)
        return reply

    async def _encode(self, records: Records, office: Office) -> pb.Office:
        today = office.calendar.day_of(self._clock.now())
        machines = await machines_on(records, office, today)
        return encode.office(office, machines)


def _require_right(office: str) -> None:
    """Raise WrongOffice unless the caller administers the office; NATIONAL or empty for all."""
    require_own_office(current_caller(), office or NATIONAL)
