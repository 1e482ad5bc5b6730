"""`Schedule`: decode, call, encode."""

from collections.abc import Mapping
from datetime import date

from passport.issuance.v1 import schedule_pb2 as pb
from passport.issuance.v1 import schedule_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller

from issuance.domain.office import Office
from issuance.domain.plan import HORIZON, expected
from issuance.domain.schedule import Row, announcement
from issuance.domain.working_time import BadDate
from issuance.service import encode
from issuance.service.offices import known
from issuance.service.pages import next_token, own_office, page, visible_office
from issuance.service.words import day_of, localized, optional_date
from issuance.use_cases.planning import AS_IT_IS, Circumstances, outlook
from issuance.use_cases.records import Transactions
from issuance.wire import calendar_date


class ScheduleService(schedule_pb2_grpc.ScheduleServicer):
    """When people have their passports."""

    def __init__(
        self, offices: Mapping[str, Office], transactions: Transactions, clock: Clock
    ) -> None:
        self._offices = offices
        self._transactions = transactions
        self._clock = clock

    async def GetCollectionSchedule(
        self, request: pb.GetCollectionScheduleRequest, context: Context
    ) -> pb.CollectionSchedule:
        """The plan as it is now."""
        first = (
            day_of(request.from_date, "from_date") if request.HasField("from_date") else date.min
        )
        last = day_of(request.to_date, "to_date") if request.HasField("to_date") else date.max
        return await self._schedule(self._own(request.office), AS_IT_IS, first, last)

    async def SimulatePlan(
        self, request: pb.SimulatePlanRequest, context: Context
    ) -> pb.CollectionSchedule:
        """The plan as it would be."""
        office = self._own(request.office)
        return await self._schedule(office, self._circumstances(request, office))

    async def ListNotices(
        self, request: pb.ListNoticesRequest, context: Context
    ) -> pb.ListNoticesResponse:
        """What people were told, oldest first."""
        office = visible_office(current_caller(), request.office)
        part = page(request.page_size, request.page_token)
        async with self._transactions.read() as records:
            found = await records.notices.page(part, office, request.application_id or None)
        return pb.ListNoticesResponse(
            notices=[encode.notice(kept) for _, kept in found],
            next_page_token=next_token(part, [number for number, _ in found]),
        )

    async def _schedule(
        self,
        office: Office,
        circumstances: Circumstances,
        first: date = date.min,
        last: date = date.max,
    ) -> pb.CollectionSchedule:
        async with self._transactions.read() as records:
            view = await outlook(records, office, self._clock.now(), circumstances)
            ready = await records.cases.to_collect(office.id)
        rows = [row for row in view.rows(ready) if first <= row.applied <= last]
        return pb.CollectionSchedule(
            office=office.id,
            rows=[_row(row) for row in rows],
            text=localized(announcement(rows, office.name, office.desk.hour, office.calendar)),
            printing_from=optional_date(view.printing_from()),
        )

    def _own(self, office: str) -> Office:
        found = known(self._offices, office)
        own_office(current_caller(), office)
        return found

    def _circumstances(self, request: pb.SimulatePlanRequest, office: Office) -> Circumstances:
        today = office.calendar.day_of(self._clock.now())
        arrivals: dict[date, int] = {}
        for index, given in enumerate(request.arrivals):
            field = f"arrivals[{index}].day"
            day = _within_plan(day_of(given.day, field), today, field)
            arrivals[day] = arrivals.get(day, 0) + given.count
        resumes = None
        if request.HasField("printing_resumes"):
            given_day = day_of(request.printing_resumes, "printing_resumes")
            resumes = _within_plan(given_day, today, "printing_resumes")
        coming = expected(arrivals, office.calendar, office.promise_working_days)
        return Circumstances(resumes, request.machines or None, tuple(coming))


def _within_plan(day: date, today: date, field: str) -> date:
    if not today <= day <= today + HORIZON:
        raise BadDate("plans go from today to ten years ahead", field=field)
    return day


def _row(row: Row) -> pb.ScheduleRow:
    return pb.ScheduleRow(
        applied_on=calendar_date(row.applied),
        collect_on=optional_date(row.collect),
        count=row.count,
    )
